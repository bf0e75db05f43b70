/** The desk as a review room moves it. */

import type { Playhead } from "../player/follow";
import type { Desk } from "../state/desk.svelte";
import type { Stage } from "../state/room.svelte";
import { deskPath, route } from "../state/route.svelte";

export function roomStage(desk: Desk): Stage {
  const { playback } = desk;
  return {
    head(): Playhead | null {
      const { task, take } = desk;
      if (!task || !take || (route.page.name === "desk" && route.page.task !== task.id)) return null;
      const { frame, playing, speed, rate, span } = playback.clock;
      return {
        task: task.id,
        take: take.content,
        frame,
        playing,
        speed: playing ? speed : 1,
        rate: [rate.num, rate.den],
        span: [span.start, span.end],
      };
    },
    shown: () => playback.clock.frame,
    look(task, take): boolean {
      if (route.page.name !== "desk" || route.page.task !== task) {
        route.go(deskPath(task));
        return false;
      }
      const found = desk.task?.id === task ? desk.takes.find((one) => one.content === take) : undefined;
      if (!found) return false;
      if (desk.take?.id !== found.id) desk.look(found);
      return true;
    },
    stand(frame, loop): void {
      playback.clock.loopOver(loop);
      playback.clock.seek(frame);
    },
    play(frame, speed, loop): void {
      playback.clock.loopOver(loop);
      playback.clock.seek(frame);
      playback.clock.play(speed);
    },
    ease: (factor) => playback.ease(factor),
    busy: () => desk.ballot.touched || desk.boxes.placing !== null,
  };
}
