/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The names, shapes and places of the parameters of a model in one flat array. Matrices are stored as [in, out]. Immutable.
 */
public final class VitParameters {
    /** How a parameter starts, and whether weight decay applies to it. */
    private enum Kind {
        MATRIX,
        EMBEDDING,
        ONES,
        ZEROS
    }

    /**
     * One parameter.
     *
     * @param name unique, also used in the exported graph
     * @param shape dimensions
     * @param offset first value in the flat array
     * @param decays whether weight decay applies
     */
    public record Parameter(String name, List<Integer> shape, int offset, boolean decays) {
        /** The number of values. */
        public int size() {
            return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
        }
    }

    private final VitConfig config;
    private final List<Parameter> all = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final Map<String, Integer> byName = new HashMap<>();
    private int size;

    /** Lays out the parameters of a model. */
    public VitParameters(VitConfig config) {
        this.config = config;
        int dim = config.dim();
        add("patch.weight", Kind.MATRIX, config.patchValues(), dim);
        add("patch.bias", Kind.ZEROS, dim);
        add("class.token", Kind.EMBEDDING, dim);
        add("positions", Kind.EMBEDDING, config.tokens(), dim);
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = layerPrefix(layer);
            addNorm(prefix + "norm1");
            add(prefix + "qkv.weight", Kind.MATRIX, dim, 3 * dim);
            add(prefix + "qkv.bias", Kind.ZEROS, 3 * dim);
            add(prefix + "out.weight", Kind.MATRIX, dim, dim);
            add(prefix + "out.bias", Kind.ZEROS, dim);
            addNorm(prefix + "norm2");
            add(prefix + "mlp1.weight", Kind.MATRIX, dim, config.mlp());
            add(prefix + "mlp1.bias", Kind.ZEROS, config.mlp());
            add(prefix + "mlp2.weight", Kind.MATRIX, config.mlp(), dim);
            add(prefix + "mlp2.bias", Kind.ZEROS, dim);
        }
        addHead("final.");
        for (int exit = 1; exit <= config.exits(); exit++) {
            addHead(exitPrefix(exit));
        }
    }

    /** Prefix of the names of a layer's parameters. */
    public static String layerPrefix(int layer) {
        return "layer." + layer + ".";
    }

    /** Prefix of the names of an exit's parameters; exit 1 follows layer 0. */
    public static String exitPrefix(int exit) {
        return "exit." + exit + ".";
    }

    private void addNorm(String name) {
        add(name + ".scale", Kind.ONES, config.dim());
        add(name + ".bias", Kind.ZEROS, config.dim());
    }

    private void addHead(String prefix) {
        addNorm(prefix + "norm");
        add(prefix + "head.weight", Kind.MATRIX, config.dim(), config.classes());
        add(prefix + "head.bias", Kind.ZEROS, config.classes());
    }

    private void add(String name, Kind kind, Integer... shape) {
        Parameter parameter = new Parameter(name, List.of(shape), size, kind == Kind.MATRIX);
        byName.put(name, all.size());
        all.add(parameter);
        kinds.add(kind);
        size += parameter.size();
    }

    /** The shape of the model. */
    public VitConfig config() {
        return config;
    }

    /** All parameters, in the order of the flat array. */
    public List<Parameter> all() {
        return List.copyOf(all);
    }

    /** The place of a parameter in {@link #all()}. */
    public int index(String name) {
        Integer index = byName.get(name);
        if (index == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return index;
    }

    /** The number of values of all parameters. */
    public int size() {
        return size;
    }

    /** Copies the values of one parameter out of a flat array. */
    public float[] slice(float[] flat, String name) {
        Parameter parameter = all.get(index(name));
        float[] values = new float[parameter.size()];
        System.arraycopy(flat, parameter.offset(), values, 0, values.length);
        return values;
    }

    /** Makes starting weights that depend on the seed alone. */
    public float[] initialise(long seed) {
        float[] flat = new float[size];
        for (int i = 0; i < all.size(); i++) {
            Parameter parameter = all.get(i);
            SplittableRandom random = new SplittableRandom(Mixing.mix(seed, parameter.offset()));
            double deviation = deviation(parameter, kinds.get(i));
            for (int k = 0; k < parameter.size(); k++) {
                flat[parameter.offset() + k] = switch (kinds.get(i)) {
                    case ONES -> 1f;
                    case ZEROS -> 0f;
                    case EMBEDDING, MATRIX -> (float) (deviation * truncatedGaussian(random));
                };
            }
        }
        return flat;
    }

    private double deviation(Parameter parameter, Kind kind) {
        if (kind != Kind.MATRIX) {
            return 0.02;
        }
        double xavier =
                Math.sqrt(2.0 / (parameter.shape().get(0) + parameter.shape().get(1)));
        // What is added to the residual stream starts smaller, so that depth does not blow the stream up.
        boolean intoStream =
                parameter.name().endsWith("out.weight") || parameter.name().endsWith("mlp2.weight");
        return intoStream ? xavier / Math.sqrt(2.0 * config.layers()) : xavier;
    }

    private static double truncatedGaussian(SplittableRandom random) {
        while (true) {
            double value = random.nextGaussian();
            if (Math.abs(value) <= 2) {
                return value;
            }
        }
    }
}
