/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A path through a model, in the words of a model's description: which layers run, and which exit answers.
 *
 * @param stemOutput the value that the stem makes
 * @param sideValues the further values that the stem hands on
 * @param layers the layers that run, in order; a layer that is left out is skipped
 * @param exit the exit that answers
 */
public record PathSpec(String stemOutput, List<String> sideValues, List<LayerSpec> layers, ExitSpec exit) {

    /** Copies the lists. */
    public PathSpec {
        sideValues = List.copyOf(sideValues);
        layers = List.copyOf(layers);
    }

    /**
     * A layer.
     *
     * @param id how messages call it
     * @param input the value that goes in, by its name in the full model
     * @param output the value that comes out, by its name in the full model
     */
    public record LayerSpec(String id, String input, String output) {}

    /**
     * An exit.
     *
     * @param id how messages call it; also the prefix of its names in a composed graph
     * @param ofModel whether it is the model's own tail; otherwise it is taken from the file of exits
     * @param input the value that takes the state of the last layer, by its name in the exit's file
     * @param outputs the names of the model's outputs and the values of the exit's file that answer them, in order
     */
    public record ExitSpec(String id, boolean ofModel, String input, Map<String, String> outputs) {

        /** Copies the map, order kept. */
        public ExitSpec {
            outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        }
    }
}
