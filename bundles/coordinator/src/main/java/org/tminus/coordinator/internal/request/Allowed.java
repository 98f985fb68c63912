/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import org.tminus.model.Path;

/**
 * The paths that a request may take.
 *
 * @param paths of the menu, cheapest first, never empty
 * @param budgetMissed whether no path in force meets the budget, so that only the cheapest is left
 */
record Allowed(List<Path> paths, boolean budgetMissed) {}
