/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;

class RawTensorsTest {
    private static final Map<String, ElementType> TYPES =
            Map.of("x", ElementType.FLOAT32, "ids", ElementType.INT64, "n", ElementType.INT32);

    @TempDir
    Path folder;

    private static List<String> lines() {
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            lines.add("{\"x\":[[" + random.nextFloat() + "," + i + "],[0.5,-1e-3]],\"ids\":[" + i + ",2,3],\"n\":" + -i
                    + ",\"label\":" + i % 3 + "}");
        }
        // Near-copies: numbers that differ in the sixth digit.
        for (int i = 0; i < 30; i++) {
            lines.add("{\"x\":[[7." + (12345 + i % 2) + ",1],[2,3]],\"ids\":[1,1,1],\"n\":0,\"label\":" + i % 3 + "}");
        }
        return lines;
    }

    private TaskData load(List<String> lines, boolean labelled) throws Exception {
        Path file = Files.writeString(folder.resolve("own.jsonl"), String.join("\n", lines));
        return RawTensors.load(file, TYPES, labelled, List.of(), 4);
    }

    @Test
    void numbersArriveAsTheyAre() throws Exception {
        TaskData data = load(lines(), true);
        assertThat(data.description().labels()).containsExactly("0", "1", "2");
        Examples examples = Samples.open(data, Split.TRUNK);
        int[] rows = {3, 0};
        long[] ids = Samples.longs(examples, "ids", rows);
        FloatBuffer x = Samples.input(examples, "x", rows).buffer().asFloatBuffer();
        HostTensor n = Samples.input(examples, "n", rows);
        assertThat(n.shape().toArray()).containsExactly(2);
        assertThat(Samples.input(examples, "x", rows).shape().toArray()).containsExactly(2, 2, 2);
        for (int i = 0; i < 2; i++) {
            if (ids[3 * i + 1] == 2) {
                assertThat(x.get(4 * i + 1)).isEqualTo(ids[3 * i]);
                assertThat(x.get(4 * i + 3)).isEqualTo(-1e-3f);
                assertThat(n.buffer().asIntBuffer().get(i)).isEqualTo((int) -ids[3 * i]);
                assertThat(examples.label(rows[i])).isEqualTo((int) ids[3 * i] % 3);
            }
        }
        assertThat(examples.length(0)).isEqualTo(3);
        assertThat(((Display.Text) examples.display(0)).text()).contains("ids [3]: [");
    }

    @Test
    void nearCopiesStayTogetherAndNothingIsInTwoSplits() throws Exception {
        TaskData data = load(lines(), true);
        Set<String> ids = new HashSet<>();
        Set<Split> near = new HashSet<>();
        for (Split split : Split.values()) {
            Examples examples = Samples.open(data, split);
            for (int row = 0; row < examples.size(); row++) {
                assertThat(ids.add(examples.id(row))).isTrue();
                if (((Display.Text) examples.display(row)).text().contains("[1, 1, 1]")) {
                    near.add(split);
                }
            }
        }
        // Two numbers with three labels each.
        assertThat(ids).hasSize(206);
        assertThat(near).hasSize(1);
        assertThat(new HashSet<>(Samples.groups(data).values())).hasSize(201);
    }

    /** Real numbers, each line followed by a copy in which every number is a little off. */
    private TaskData withCopies(int lines, int numbers, DoubleUnaryOperator copy, UnaryOperator<List<String>> order)
            throws Exception {
        Random random = new Random(5);
        List<String> written = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            double[] original = random.doubles(numbers).toArray();
            double[] other = Arrays.stream(original).map(copy).toArray();
            written.add("{\"x\":" + Arrays.toString(original) + ",\"label\":" + i % 2 + "}");
            written.add("{\"x\":" + Arrays.toString(other) + ",\"label\":" + i % 2 + "}");
        }
        Path file = Files.write(folder.resolve("copies.jsonl"), order.apply(written));
        return RawTensors.load(file, Map.of("x", ElementType.FLOAT32), true, List.of(), 4);
    }

    /** How many examples each group has. */
    private static Collection<Long> sizes(TaskData data) {
        return Samples.groups(data).values().stream()
                .collect(Collectors.groupingBy(group -> group, Collectors.counting()))
                .values();
    }

    @Test
    void copiesOfManyNumbersAreFoundThoughEachIsALittleOff() throws Exception {
        Random random = new Random(6);
        TaskData data = withCopies(150, 784, x -> x + 2e-5 * (random.nextDouble() - 0.5), lines -> lines);
        assertThat(sizes(data)).hasSize(150).containsOnly(2L);

        TaskData rounded = withCopies(150, 40, x -> Math.rint(x * 1e4) / 1e4, lines -> lines);
        assertThat(sizes(rounded)).hasSize(150).containsOnly(2L);
        TaskData shuffled = withCopies(150, 40, x -> Math.rint(x * 1e4) / 1e4, lines -> {
            Collections.shuffle(lines, new Random(7));
            return lines;
        });
        assertThat(shuffled.description()).isEqualTo(rounded.description());
    }

    @Test
    void whatIsHardlyAlikeStaysApart() throws Exception {
        TaskData data = withCopies(100, 40, x -> 1.02 * x, lines -> lines);
        assertThat(sizes(data)).hasSize(200);
        // One number alone is dense; all would hang together if copies of copies counted.
        TaskData dense = withCopies(3000, 1, x -> x + 1e-7, lines -> lines);
        assertThat(sizes(dense)).hasSizeGreaterThan(300);
        // Numbers that stand for missing ones do not hide what differs.
        Random random = new Random(8);
        TaskData missing = withCopies(100, 3, x -> random.nextInt(4) == 0 ? 1e9 : random.nextDouble(), lines -> lines);
        assertThat(sizes(missing)).hasSizeGreaterThan(190);
    }

    @Test
    void theOrderOfTheFileDoesNotMatter() throws Exception {
        List<String> shuffled = lines();
        Collections.shuffle(shuffled, new Random(6));
        TaskData first = load(lines(), true);
        TaskData second = load(shuffled, true);
        assertThat(second.description()).isEqualTo(first.description());
        for (Split split : Split.values()) {
            assertThat(Samples.ids(second, split)).isEqualTo(Samples.ids(first, split));
        }
        assertThat(load(lines(), false).description().labels()).isEmpty();
    }

    @Test
    void whatDoesNotFitIsNamedWithItsLine() {
        refused(List.of(), "no example");
        refused(List.of(good(), "{\"x\":[[1,2]],\"ids\":[1,2,3],\"n\":1,\"label\":0}"), "Line 2", "[2, 2]");
        refused(List.of(good(), "{\"x\":[[1,2],[3]],\"ids\":[1,2,3],\"n\":1,\"label\":0}"), "Line 2");
        refused(List.of(good(), "{\"x\":[[1,2],[3,\"a\"]],\"ids\":[1,2,3],\"n\":1,\"label\":0}"), "Line 2", "finite");
        refused(List.of(good(), "{\"x\":[[1,2],[3,1e99]],\"ids\":[1,2,3],\"n\":1,\"label\":0}"), "Line 2", "finite");
        refused(List.of(good(), "{\"x\":[[1,2],[3,4]],\"ids\":[1,2,3.5],\"n\":1,\"label\":0}"), "Line 2", "64 bits");
        refused(List.of(good(), "{\"x\":[[1,2],[3,4]],\"ids\":[1,2,3],\"n\":9999999999,\"label\":0}"), "32 bits");
        refused(List.of(good(), "{\"x\":[[1,2],[3,4]],\"n\":1,\"label\":0}"), "Line 2", "'ids'");
        refused(List.of(good(), "{\"x\":[[1,2],[3,4]],\"ids\":[1,2,3],\"n\":1}"), "Line 2", "label");
        refused(List.of("{\"x\":[],\"ids\":[1,2,3],\"n\":1,\"label\":0}"), "Line 1", "empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RawTensors.load(folder, Map.of("s", ElementType.STRING), true, List.of(), 1));
    }

    private static String good() {
        return "{\"x\":[[1,2],[3,4]],\"ids\":[1,2,3],\"n\":1,\"label\":0}";
    }

    private void refused(List<String> lines, String... parts) {
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> load(lines, true))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts))
                .satisfies(e -> assertThat(e.advice()).isNotEmpty());
    }

    /** Whatever stands in a line, the answer is a sentence. */
    @Property(tries = 300)
    void hostileLinesEndInASentence(
            @ForAll @StringLength(max = 60) @CharRange(from = ' ', to = '~') String noise, @ForAll boolean nested)
            throws Exception {
        Path file = Files.createTempFile("hostile", ".jsonl");
        try {
            String text = nested ? "{\"x\":" + "[".repeat(2000) + noise : "{\"x\":[[1,2],[3,4]],\"n\":" + noise + "}";
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            assertThatExceptionOfType(TaskDataException.class)
                    .isThrownBy(() -> RawTensors.load(file, TYPES, true, List.of(), 4));
        } finally {
            Files.delete(file);
        }
    }
}
