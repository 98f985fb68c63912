/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts that {@link AdaptiveModelBuilder} makes. */
final class SimpleParts {
    private SimpleParts() {}

    record SimpleStem(String output, List<String> sideValues, Cost cost) implements Stem {}

    record SimpleBlock(String id, String input, String output, boolean skippable) implements Block {}

    record SimpleLayer(
            LayerId id,
            int index,
            List<Block> blocks,
            String input,
            String output,
            boolean skippable,
            Optional<String> obstacle,
            Cost cost)
            implements Layer {}

    record SimpleExit(
            ExitId id, Optional<LayerId> after, String file, String input, Map<String, String> outputs, Cost cost)
            implements Exit {}
}
