/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.HostTensor;

/** Short ways to what tests look at. */
final class Samples {
    private Samples() {}

    static Examples open(TaskData data, Split split) {
        for (Purpose purpose : Purpose.values()) {
            if (purpose.allowed().contains(split)) {
                return data.accessFor(purpose).open(split);
            }
        }
        throw new AssertionError("nobody may open " + split);
    }

    static List<String> ids(TaskData data, Split split) {
        Examples examples = open(data, split);
        return IntStream.range(0, examples.size()).mapToObj(examples::id).toList();
    }

    /** By id, of all splits. */
    static Map<String, String> groups(TaskData data) {
        Map<String, String> groups = new HashMap<>();
        for (Split split : Split.values()) {
            Examples examples = open(data, split);
            for (int row = 0; row < examples.size(); row++) {
                groups.put(examples.id(row), examples.group(row));
            }
        }
        return groups;
    }

    static HostTensor input(Examples examples, String name, int... rows) {
        return Objects.requireNonNull(examples.inputs(rows).get(name));
    }

    static long[] longs(Examples examples, String name, int... rows) {
        java.nio.LongBuffer buffer = input(examples, name, rows).buffer().asLongBuffer();
        long[] values = new long[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
