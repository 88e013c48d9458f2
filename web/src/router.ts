import { createRouter, createWebHistory } from "vue-router";
import { session, sessionKnown } from "./state/session";
import WallPage from "./pages/WallPage.vue";

declare module "vue-router" {
  interface RouteMeta {
    /** Shown without the bar, and without a session. */
    open?: boolean;
    /** Always in the dark theme. */
    dark?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", name: "wall", component: WallPage, meta: { dark: true } },
    {
      path: "/sign-in",
      name: "sign-in",
      component: () => import("./pages/SignInPage.vue"),
      meta: { open: true, dark: true },
    },
    { path: "/alarms", name: "alarms", component: () => import("./pages/AlarmsPage.vue") },
    {
      path: "/hazards/:id",
      name: "hazard",
      props: true,
      component: () => import("./pages/HazardPage.vue"),
    },
    { path: "/review", name: "review", component: () => import("./pages/ReviewPage.vue") },
    { path: "/tickets", name: "tickets", component: () => import("./pages/TicketsPage.vue") },
    {
      path: "/tickets/:id",
      name: "ticket",
      props: true,
      component: () => import("./pages/TicketPage.vue"),
    },
    {
      path: "/report/:code?",
      name: "report",
      props: true,
      component: () => import("./pages/ReportPage.vue"),
    },
    { path: "/cameras", name: "cameras", component: () => import("./pages/CamerasPage.vue") },
    {
      path: "/cameras/new",
      name: "camera-new",
      component: () => import("./pages/CameraEditPage.vue"),
      props: { id: null },
    },
    {
      path: "/cameras/:id",
      name: "camera",
      component: () => import("./pages/CameraEditPage.vue"),
      props: true,
    },
    { path: "/:rest(.*)*", component: () => import("./pages/NotFoundPage.vue") },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  await sessionKnown;
  if (session.value === null && to.meta.open !== true) {
    return { name: "sign-in", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  }
  return session.value !== null && to.name === "sign-in" ? { name: "wall" } : true;
});
