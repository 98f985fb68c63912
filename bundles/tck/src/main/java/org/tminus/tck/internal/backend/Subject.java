/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tck.internal.onnx.KitModel;
import org.tminus.tck.internal.onnx.Reference;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * A backend with a model of the kit.
 *
 * @param tolerance relative to the largest magnitude of an output
 */
public record Subject(Backend backend, KitModel kit, Reference reference, double tolerance) {
    AdaptiveModel model() {
        return kit.model();
    }

    BackendSession open() throws TminusException {
        return backend.open(model());
    }

    Set<String> outputs() {
        return kit.outputNames();
    }

    RunControl everything() {
        return RunControls.forOutputs(outputs().toArray(String[]::new));
    }

    /** Runs a path and compares; the outputs are closed. */
    void expectRun(String when, BackendSession session, Path path, Map<String, Tensor> inputs) throws TminusException {
        Map<String, Tensor> actual = session.run(path, inputs, everything());
        Answers.expect(when, actual, reference.run(path, inputs), outputs(), tolerance);
        Answers.close(actual);
    }

    List<LayerId> layers() {
        return model().fullDepth().layers();
    }

    /** A few inputs of this model. */
    Map<String, Tensor> some(int rows, long seed) {
        List<Integer> lengths = kit.lengths();
        return kit.inputs(rows, lengths.get(lengths.size() / 2), seed);
    }

    static Map<String, Tensor> copy(Map<String, Tensor> inputs) {
        Map<String, Tensor> copies = new HashMap<>();
        inputs.forEach((name, tensor) -> copies.put(name, HostTensor.copyOf(tensor)));
        return copies;
    }

    /** These rows of a tensor. */
    static HostTensor rows(Tensor tensor, int... rows) {
        Shape shape = tensor.shape().withBatch(rows.length);
        HostTensor kept = HostTensor.allocate(tensor.elementType(), shape);
        int bytes = (int) (tensor.byteSize() / tensor.shape().dimension(0));
        var target = kept.writableBuffer();
        for (int row : rows) {
            target.put(tensor.buffer().slice(row * bytes, bytes));
        }
        return kept;
    }
}
