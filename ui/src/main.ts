/** The desk starts here. */

import { mount } from "svelte";
import App from "./App.svelte";
import "./desk.css";
import { counter } from "./state/counter.svelte";
import { keyboard } from "./state/keyboard.svelte";
import { looks } from "./state/look.svelte";
import { room } from "./state/room.svelte";
import { deskPath, route } from "./state/route.svelte";
import { session } from "./state/session.svelte";

route.start();
keyboard.start();
looks.start();
counter.read();
room.elsewhere = (task) => route.go(deskPath(task));
void session.begin();

const place = document.getElementById("desk");
if (place) mount(App, { target: place });
