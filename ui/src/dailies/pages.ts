/** The pages of dailies, which come to a browser together and only when one of them is opened. */

export { default as DailiesPage } from "./DailiesPage.svelte";
export { default as PlaylistPage } from "./PlaylistPage.svelte";
