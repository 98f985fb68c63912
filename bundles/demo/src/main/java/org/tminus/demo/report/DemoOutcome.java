/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container hands back, as a JSON file.
 *
 * @param failure why there is nothing else; null if all went well
 * @param report of a comparison
 * @param plans how its rows were measured, in their order
 * @param peakMemoryMiB of a memory task; null where this system does not tell
 */
public record DemoOutcome(
        @Nullable String failure, @Nullable DemoReport report, List<RowPlan> plans, @Nullable Double peakMemoryMiB) {

    public DemoOutcome {
        plans = List.copyOf(plans);
    }

    public static DemoOutcome failed(String reason) {
        return new DemoOutcome(reason, null, List.of(), null);
    }

    public static DemoOutcome compared(DemoReport report, List<RowPlan> plans) {
        return new DemoOutcome(null, report, plans, null);
    }

    public static DemoOutcome memory(@Nullable Double peakMiB) {
        return new DemoOutcome(null, null, List.of(), peakMiB);
    }
}
