/** How high the lanes under a picture were last: kept free while the next are on their way, so that the picture stays where it is. */

const KEPT = "circletake.lanes_px";

export class LaneRoom {
  /** Pixels to keep free for lanes that are coming; none were seen yet: nothing. */
  least_px(): number {
    return Number(localStorage.getItem(KEPT)) || 0;
  }

  /** All lanes are here, and this high. */
  stands(height_px: number): void {
    if (height_px !== this.least_px()) localStorage.setItem(KEPT, String(height_px));
  }
}

export const laneRoom = new LaneRoom();
