import { createApp } from "vue";
import App from "./App.vue";
import { i18n } from "./i18n";
import { onServerDate } from "./api/client";
import { router } from "./router";
import { alarmSound } from "./state/sound";
import { noteServerDate } from "./time/clock";
import "./styles/tokens.css";
import "./styles/base.css";
import "./element";
import "./styles/element.css";

onServerDate(noteServerDate);
alarmSound.unlockByGesture();
createApp(App).use(i18n).use(router).mount("#app");
