/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis.Block;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.GraphAnalysis.Stem;
import org.tminus.onnx.GraphAnalysis.Tail;

/** Divides a graph into stem, layers and tail, and decides which side values the stem hands on. */
public final class Partition {
    /** How many places in the stem are tried as the beginning of parts that look like layers. */
    private static final int MOST_ROOTS = 64;

    private static final int STEM = -1;
    private static final int NOWHERE = -2;

    private final Graph graph;
    private final Samples samples;
    private final CostModel costs;
    private final Cuts cuts;
    private final List<Layers.Range> ranges;
    private final int[] segments;
    private final List<Integer> sideValues;

    private Partition(Graph graph, Samples samples, CostModel costs, Layers.Found found) {
        this.graph = graph;
        this.samples = samples;
        this.costs = costs;
        this.cuts = found.cuts();
        this.ranges = found.layers();
        this.segments = new int[graph.nodes().size()];
        assign();
        this.sideValues = frontier();
    }

    /** The best division of a graph; null if nothing repeats. */
    public static @Nullable Partition of(Graph graph, Samples samples, CostModel costs) {
        Layers.Found found = new Layers(graph, samples).find();
        return found == null ? null : new Partition(graph, samples, costs, found);
    }

    private int stemOutput() {
        return cuts.values().get(ranges.get(0).from());
    }

    private int lastOutput() {
        return cuts.values().get(ranges.get(ranges.size() - 1).to());
    }

    /** Gives each operator to the stem, to a layer (by number) or to the tail (the number after the last layer). */
    private void assign() {
        int tail = ranges.size();
        Arrays.fill(segments, NOWHERE);
        BitSet stem = Slice.between(graph, new BitSet(), List.of(stemOutput())).nodes();
        boolean[] ofRoot = new boolean[segments.length];
        for (int n = 0; n < segments.length; n++) {
            if (stem.get(n)) {
                segments[n] = STEM;
            } else if (cuts.body().get(n)) {
                segments[n] = tail;
                for (int k = 0; k < ranges.size(); k++) {
                    if (n <= cuts.ends().get(ranges.get(k).to())) {
                        segments[n] = k;
                        break;
                    }
                }
            }
            for (int value : graph.nodes().get(n).reads()) {
                int producer = graph.producer(value);
                ofRoot[n] |= value == cuts.root() || (producer >= 0 && ofRoot[producer]);
            }
        }
        // What is left are side computations. One that only a single segment reads moves there, if that makes nothing
        // larger to hand on.
        for (int n = segments.length - 1; n >= 0; n--) {
            if (segments[n] != NOWHERE || !graph.isNeeded(n)) {
                continue;
            }
            int user = user(n);
            segments[n] = user >= 0 && !ofRoot[n] && isCheap(n) ? user : STEM;
        }
    }

    /** The only segment that reads what an operator makes; the stem if there are several. */
    private int user(int n) {
        Set<Integer> users = new HashSet<>();
        for (int value : graph.nodes().get(n).outputs()) {
            if (value < 0) {
                continue;
            }
            if (graph.isOutput(value)) {
                users.add(ranges.size());
            }
            for (int consumer : graph.consumers(value)) {
                if (segments[consumer] != NOWHERE) {
                    users.add(segments[consumer]);
                }
            }
        }
        return users.size() == 1 ? users.iterator().next() : STEM;
    }

    private boolean isCheap(int n) {
        Node node = graph.nodes().get(n);
        if (Flops.isHeavy(node.op())) {
            return false;
        }
        double in = 0;
        double out = 0;
        for (int value : node.reads()) {
            if (graph.isVariable(value) && graph.producer(value) >= 0) {
                in += size(value);
            }
        }
        for (int value : node.outputs()) {
            out += value < 0 ? 0 : size(value);
        }
        return in <= out;
    }

    private double size(int value) {
        long elements = samples.reference().fact(value).elements();
        return elements < 0 ? 1 << 20 : elements;
    }

    /** Values made in the stem that layers or the tail read, other than the state between layers. */
    private List<Integer> frontier() {
        Set<Integer> result = new TreeSet<>();
        for (int n = 0; n < segments.length; n++) {
            if (segments[n] < 0) {
                continue;
            }
            for (int value : graph.nodes().get(n).reads()) {
                addIfHandedOn(value, result);
            }
        }
        for (int value = 0; value < graph.valueCount(); value++) {
            if (graph.isOutput(value)) {
                addIfHandedOn(value, result);
            }
        }
        List<Integer> ordered = new ArrayList<>(result);
        ordered.sort((a, b) -> Integer.compare(graph.producer(a), graph.producer(b)));
        return ordered;
    }

    private void addIfHandedOn(int value, Set<Integer> into) {
        if (!isHandedOn(value)) {
            return;
        }
        // Whole numbers are smaller than the fractions made of them, and what reads them can stay an operator of whole
        // numbers.
        int whole = Quantisation.wholeNumbers(graph, value);
        if (whole < 0) {
            into.add(value);
        } else if (isHandedOn(whole)) {
            into.add(whole);
        }
    }

    private boolean isHandedOn(int value) {
        int producer = graph.producer(value);
        return producer >= 0 && segments[producer] == STEM && graph.isVariable(value) && value != stemOutput();
    }

    private Slice slice(int input, List<Integer> outputs) {
        BitSet stops = new BitSet();
        stops.set(input);
        sideValues.forEach(stops::set);
        outputs.forEach(output -> {
            // A side value that is itself asked for is handed on as it is.
            if (!sideValues.contains(output)) {
                stops.clear(output);
            }
        });
        if (outputs.contains(input)) {
            stops.set(input);
        }
        return Slice.between(graph, stops, outputs);
    }

    /** What comes before the first layer. */
    public Stem stem() {
        List<Integer> outputs = new ArrayList<>();
        outputs.add(stemOutput());
        outputs.addAll(sideValues);
        Slice slice = Slice.between(graph, new BitSet(), outputs);
        return new Stem(
                graph.name(stemOutput()),
                sideValues.stream().map(graph::name).toList(),
                costs.of(slice, outputs, "the stem"));
    }

    /** The layers in order. */
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        for (int k = 0; k < ranges.size(); k++) {
            Layers.Range range = ranges.get(k);
            int input = cuts.values().get(range.from());
            int output = cuts.values().get(range.to());
            String id = "layer." + k;
            Cost cost = costs.of(slice(input, List.of(output)), List.of(output), id);
            String obstacle = range.skippable() ? null : obstacle(range);
            layers.add(new Layer(
                    id,
                    graph.name(input),
                    graph.name(output),
                    range.skippable(),
                    obstacle,
                    blocks(id, range, obstacle),
                    cost));
        }
        return layers;
    }

    /**
     * Parts at the end of the stem that hold the same weights as a layer: layers that are no layers here, because something made inside them is
     * read later.
     */
    public List<Block> fixedParts() {
        BitSet stem = Slice.between(graph, new BitSet(), List.of(stemOutput())).nodes();
        Layers.Range model = ranges.get(0);
        List<String> wanted =
                weights(cuts.body(), cuts.ends().get(model.from()), cuts.ends().get(model.to()));
        String shape = shape(stemOutput());
        int tried = 0;
        for (int root = 0; root < graph.valueCount() && tried < MOST_ROOTS; root++) {
            boolean inStem = graph.producer(root) < 0 || stem.get(graph.producer(root));
            if (!inStem
                    || root == stemOutput()
                    || !graph.isVariable(root)
                    || !shape(root).equals(shape)) {
                continue;
            }
            tried++;
            List<Block> parts = fixedParts(Cuts.toward(graph, root, stem, stemOutput()), stem, wanted, shape);
            if (!parts.isEmpty()) {
                return parts;
            }
        }
        return List.of();
    }

    private List<Block> fixedParts(Cuts chain, BitSet stem, List<String> wanted, String shape) {
        List<Block> parts = new ArrayList<>();
        int last = chain.count() - 1;
        if (wanted.isEmpty() || chain.values().get(last) != stemOutput()) {
            return parts;
        }
        for (int i = last - 1; i >= 0; i--) {
            if (!shape(chain.values().get(i)).equals(shape)) {
                continue;
            }
            List<String> weights =
                    weights(chain.body(), chain.ends().get(i), chain.ends().get(last));
            if (weights.size() > wanted.size()) {
                break;
            }
            if (weights.equals(wanted)) {
                parts.add(
                        0,
                        new Block(
                                "",
                                graph.name(chain.values().get(i)),
                                graph.name(chain.values().get(last)),
                                false,
                                byProduct(
                                        chain,
                                        stem,
                                        chain.ends().get(i),
                                        chain.ends().get(last))));
                last = i;
            }
        }
        List<Block> numbered = new ArrayList<>();
        for (Block part : parts) {
            numbered.add(
                    new Block("stem.part." + numbered.size(), part.input(), part.output(), false, part.obstacle()));
        }
        return numbered;
    }

    /** The shapes of the matrices that operators of a stretch read, sorted. */
    private List<String> weights(BitSet body, int from, int to) {
        List<String> shapes = new ArrayList<>();
        for (int n = body.nextSetBit(from + 1); n >= 0 && n <= to; n = body.nextSetBit(n + 1)) {
            for (int value : graph.nodes().get(n).reads()) {
                Fact fact = samples.reference().fact(value);
                if (!graph.isVariable(value) && fact.rank() >= 2) {
                    shapes.add(fact.toString());
                }
            }
        }
        shapes.sort(null);
        return shapes;
    }

    private String byProduct(Cuts chain, BitSet stem, int from, int to) {
        for (int n = chain.body().nextSetBit(from + 1);
                n >= 0 && n <= to;
                n = chain.body().nextSetBit(n + 1)) {
            for (int value : graph.nodes().get(n).outputs()) {
                if (value < 0 || value == chain.values().get(chain.count() - 1)) {
                    continue;
                }
                for (int consumer : graph.consumers(value)) {
                    if (!stem.get(consumer) && graph.isNeeded(consumer)) {
                        return "Its by-product '" + Names.shown(graph.name(value)) + "', made by "
                                + graph.nodes().get(n).label() + ", is read by later layers.";
                    }
                }
            }
        }
        return "A part after it needs what is made inside it.";
    }

    private String obstacle(Layers.Range range) {
        int value =
                cuts.byProduct(graph, cuts.ends().get(range.from()), cuts.ends().get(range.to()));
        if (value < 0) {
            return "It does not repeat the other layers.";
        }
        return "It does not repeat the other layers, and its by-product '" + Names.shown(graph.name(value))
                + "', made by " + graph.nodes().get(graph.producer(value)).label() + ", is read again far behind it.";
    }

    /** Each block holds one part with large products and what follows up to the next, such as a normalisation. */
    private List<Block> blocks(String layer, Layers.Range range, @Nullable String obstacle) {
        List<Integer> bounds = new ArrayList<>();
        bounds.add(range.from());
        boolean seen = false;
        String shape = shape(cuts.values().get(range.from()));
        for (int part = range.from(); part < range.to(); part++) {
            boolean heavy = isHeavy(part);
            if (heavy && seen && shape(cuts.values().get(part)).equals(shape)) {
                bounds.add(unrounded(part));
            }
            seen |= heavy;
        }
        bounds.add(range.to());
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i + 1 < bounds.size(); i++) {
            blocks.add(new Block(
                    layer + ".block." + i,
                    graph.name(cuts.values().get(bounds.get(i))),
                    graph.name(cuts.values().get(bounds.get(i + 1))),
                    range.skippable(),
                    obstacle));
        }
        return blocks;
    }

    /** The cut at or before which a value is not rounded yet, as between layers. */
    private int unrounded(int part) {
        int cut = part;
        while (Quantisation.isRounded(graph, cuts.values().get(cut))) {
            cut--;
        }
        return cut;
    }

    private String shape(int value) {
        return samples.type(value) + ":" + samples.dimensions(value);
    }

    private boolean isHeavy(int part) {
        for (int n = cuts.body().nextSetBit(cuts.ends().get(part) + 1);
                n >= 0 && n <= cuts.ends().get(part + 1);
                n = cuts.body().nextSetBit(n + 1)) {
            if (Flops.isHeavy(graph.nodes().get(n).op())) {
                return true;
            }
        }
        return false;
    }

    /** What comes after the last layer. */
    public Tail tail() {
        List<Integer> outputs = graph.outputs().stream()
                .map(output -> graph.id(output.getName()))
                .toList();
        Cost cost = costs.of(slice(lastOutput(), outputs), outputs, "the tail");
        return new Tail(
                graph.name(lastOutput()), outputs.stream().map(graph::name).toList(), cost);
    }
}
