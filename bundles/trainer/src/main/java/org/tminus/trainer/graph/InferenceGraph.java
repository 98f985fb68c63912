/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.graph.TorchGraph.Part;

/**
 * A whole model on libtorch for answers alone: in its inference mode, with constants computed once and every other value freed after
 * its last use. Safe for several threads until it is closed, when none may be in it; owns native memory until then.
 */
public final class InferenceGraph implements AutoCloseable {
    private final TorchGraph graph;
    private final List<String> inputs;
    private final String output;
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Part part;
    private final List<int[]> lastUses;
    private final Queue<Frame> idle = new ConcurrentLinkedQueue<>();

    private InferenceGraph(TorchGraph graph, OnnxModel model) {
        this.graph = graph;
        inputs = model.inputs().stream().map(ValueInfo::name).toList();
        output = model.outputs().get(0).name();
        List<String> fixed =
                graph.constants().stream().filter(name -> !name.equals(output)).toList();
        compute(fixed);
        Set<String> given = new HashSet<>(fixed);
        given.addAll(inputs);
        part = graph.part(given, List.of(output));
        lastUses = graph.lastUses(part, List.of(output));
    }

    /**
     * Loads a model; the first of its outputs is what it answers.
     *
     * @throws UnsupportedOperatorsException if it has operators that are not known here
     */
    public static InferenceGraph of(OnnxModel model) {
        TorchGraph graph = TorchGraph.of(
                model, model.outputs().stream().map(ValueInfo::name).toList());
        try {
            return new InferenceGraph(graph, model);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    @SuppressWarnings("try") // mode and scope work by being open
    private void compute(List<String> fixed) {
        Part making = graph.part(List.of(), fixed);
        try (InferenceMode mode = new InferenceMode();
                PointerScope scope = new PointerScope();
                Frame frame = graph.newFrame()) {
            graph.run(making, frame);
            for (String name : fixed) {
                Tensor value = frame.get(graph.slotOf(name));
                value.retainReference();
                constants.put(name, value);
            }
        }
    }

    /**
     * Answers a batch.
     *
     * @param given the model's inputs by their names
     * @return the output, row by row
     */
    @SuppressWarnings("try") // mode and scope work by being open
    public float[] answer(Map<String, HostTensor> given) {
        try (InferenceMode mode = new InferenceMode();
                PointerScope scope = new PointerScope()) {
            Frame frame = frame();
            boolean whole = false;
            try {
                float[] values = answer(frame, given);
                idle.add(frame);
                whole = true;
                return values;
            } finally {
                if (!whole) {
                    frame.close();
                }
            }
        }
    }

    private float[] answer(Frame frame, Map<String, HostTensor> given) {
        for (String input : inputs) {
            HostTensor tensor = given.get(input);
            if (tensor == null) {
                throw new IllegalArgumentException("the input " + input + " is missing");
            }
            frame.set(graph.slotOf(input), Torch.tensor(tensor));
        }
        graph.run(part, lastUses, frame);
        Tensor result = frame.get(graph.slotOf(output));
        float[] values = Torch.floats(result);
        result.releaseReference();
        frame.set(graph.slotOf(output), null);
        inputs.forEach(input -> frame.set(graph.slotOf(input), null));
        return values;
    }

    private Frame frame() {
        Frame frame = idle.poll();
        if (frame == null) {
            frame = graph.newFrame();
            for (Map.Entry<String, Tensor> constant : constants.entrySet()) {
                frame.set(graph.slotOf(constant.getKey()), constant.getValue());
            }
        }
        return frame;
    }

    @Override
    public void close() {
        idle.forEach(Frame::close);
        idle.clear();
        constants.values().forEach(Tensor::releaseReference);
        constants.clear();
        graph.close();
    }
}
