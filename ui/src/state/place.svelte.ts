/** What the header names: the production and task of the open page. */

import type { ProductionView } from "../api/types";

class Place {
  production = $state.raw<ProductionView | null>(null);
  task = $state("");

  at(production: ProductionView | null, task = ""): void {
    this.production = production;
    this.task = task;
  }
}

export const place = new Place();
