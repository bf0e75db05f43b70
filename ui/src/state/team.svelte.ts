/** Who is in a production, by name; asked for when somebody is about to be named. */

import { getTeam } from "../api/calls";

class Team {
  names = $state.raw<string[]>([]);
  #of: string | null = null;

  async of(production: string): Promise<void> {
    if (this.#of === production) return;
    this.#of = production;
    try {
      const { members } = await getTeam(production);
      if (this.#of === production) this.names = members.map((one) => one.person.name).sort((a, b) => a.localeCompare(b));
    } catch {
      // whoever may not see who is there writes the name in full
      this.names = [];
      this.#of = null;
    }
  }
}

export const team = new Team();
