import { createRouter, createWebHistory } from "vue-router";
import { FIRST, offered } from "./state/roles";
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
    { path: "/map/:plan?", name: "map", props: true, component: () => import("./pages/MapPage.vue") },
    {
      path: "/map/:plan/edit",
      name: "map-edit",
      props: true,
      component: () => import("./pages/MapEditPage.vue"),
    },
    {
      path: "/points/:account?",
      name: "points",
      props: true,
      component: () => import("./pages/PointsPage.vue"),
    },
    { path: "/appeals", name: "appeals", component: () => import("./pages/AppealsPage.vue") },
    { path: "/rewards", name: "rewards", component: () => import("./pages/RewardsPage.vue") },
    { path: "/messages", name: "inbox", component: () => import("./pages/InboxPage.vue") },
    { path: "/admin/people", name: "people", component: () => import("./pages/PeoplePage.vue") },
    { path: "/admin/organisation", name: "organisation", component: () => import("./pages/OrganisationPage.vue") },
    { path: "/admin/users", name: "users", component: () => import("./pages/UsersPage.vue") },
    { path: "/admin/ticket-rules", name: "ticket-rules", component: () => import("./pages/TicketRulesPage.vue") },
    { path: "/admin/escalation", name: "escalation", component: () => import("./pages/EscalationPage.vue") },
    { path: "/admin/working-time", name: "working-time", component: () => import("./pages/WorkingTimePage.vue") },
    { path: "/admin/channels", name: "channels", component: () => import("./pages/ChannelsPage.vue") },
    { path: "/admin/check-lists", name: "check-lists", component: () => import("./pages/CheckListsPage.vue") },
    { path: "/admin/points", name: "points-policy", component: () => import("./pages/PointsPolicyPage.vue") },
    { path: "/:rest(.*)*", component: () => import("./pages/NotFoundPage.vue") },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

const home = () => FIRST.find(offered) ?? "tickets";

router.beforeEach(async (to) => {
  await sessionKnown;
  if (session.value === null && to.meta.open !== true) {
    return { name: "sign-in", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  }
  if (session.value === null || offered(String(to.name ?? ""))) {
    return session.value !== null && to.name === "sign-in" ? { name: home() } : true;
  }
  return { name: home() };
});
