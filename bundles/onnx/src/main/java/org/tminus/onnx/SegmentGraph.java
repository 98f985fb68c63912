/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.internal.Composition;
import org.tminus.onnx.internal.fold.Folder;

/** A model cut out of, or composed from, other models. External data stays external, under the same names relative to the model's folder. Immutable. */
public final class SegmentGraph {
    private final ModelProto model;
    private final List<ValueInfo> inputs;
    private final List<ValueInfo> outputs;
    private final @Nullable String hiddenInput;
    private final boolean externalData;

    SegmentGraph(Composition composition) {
        this.model = composition.model();
        this.inputs = composition.inputs();
        this.outputs = composition.outputs();
        this.hiddenInput = composition.hiddenInput();
        this.externalData = composition.hasExternalData();
    }

    /**
     * What must be given: the state between layers if the segment takes one, then side values, then inputs of the model, as far as they are read.
     * Side values and inputs keep the names that they have in the model.
     */
    public List<ValueInfo> inputs() {
        return inputs;
    }

    /** What it makes, in the order asked for. */
    public List<ValueInfo> outputs() {
        return outputs;
    }

    /**
     * The input that takes the state between layers; empty for a stem and for a whole path. It has the name that the value has in the model, unless
     * an output needs that name.
     */
    public Optional<String> hiddenInput() {
        return Optional.ofNullable(hiddenInput);
    }

    /** Whether a runtime needs the model's folder to read weights from. */
    public boolean hasExternalData() {
        return externalData;
    }

    /** The weights of its main graph that lie in files of the model's folder. */
    public List<ExternalWeight> externalWeights() {
        return ExternalWeight.of(model);
    }

    /** The number of operators. */
    public int operatorCount() {
        return model.getGraph().getNodeCount();
    }

    /**
     * The same with larger operators in the place of what it spells out in small ones: attention, and normalisation together with the sum before
     * it. They are ONNX Runtime's own ({@code com.microsoft}). Whoever runs it checks that it computes the same.
     *
     * @return empty if nothing can be folded
     */
    public Optional<SegmentGraph> folded() {
        return Folder.fold(model)
                .map(folded -> new SegmentGraph(new Composition(folded, inputs, outputs, hiddenInput, externalData)));
    }

    /** A new array with the ONNX file, equal for equal inputs. */
    public byte[] toBytes() {
        return model.toByteArray();
    }
}
