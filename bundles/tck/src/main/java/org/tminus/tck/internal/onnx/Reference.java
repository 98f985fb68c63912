/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** What ONNX Runtime itself answers for a path of a kit model, by a graph of the whole path. Thread-safe. */
public final class Reference implements AutoCloseable {
    private final KitModel model;
    private final java.nio.file.Path folder;
    private final OnnxRuntime runtime = OnnxRuntimes.standalone();
    private final Map<Object, Opened> sessions = new HashMap<>();
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    private record Opened(OrtSession session, String hidden) {}

    /** @param folder for the graphs */
    public Reference(KitModel model, java.nio.file.Path folder) {
        this.model = model;
        this.folder = folder;
    }

    /** The outputs by name. */
    public Map<String, HostTensor> run(Path path, Map<String, Tensor> inputs) {
        return run(path(path), inputs);
    }

    /** The hidden state after these layers, pooled as the model says. */
    public HostTensor pooled(List<LayerId> layers, Map<String, Tensor> inputs) {
        Opened opened = hidden(layers);
        HostTensor state = run(opened, inputs).values().iterator().next();
        return pool(state, model.model().hidden().pooling());
    }

    private static HostTensor pool(HostTensor state, String pooling) {
        int rows = (int) state.shape().dimension(0);
        int tokens = (int) state.shape().dimension(1);
        int width = (int) state.shape().dimension(2);
        int used = pooling.equals("mean") ? tokens : 1;
        float[] pooled = new float[rows * width];
        var values = state.buffer().asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < width; feature++) {
                double sum = 0;
                for (int token = 0; token < used; token++) {
                    sum += values.get((row * tokens + token) * width + feature);
                }
                pooled[row * width + feature] = (float) (sum / used);
            }
        }
        return HostTensor.ofFloats(Shape.of(rows, width), pooled);
    }

    private synchronized Opened path(Path path) {
        return sessions.computeIfAbsent(
                path,
                any -> open(file -> {
                    model.writePath(path, file);
                    return "";
                }));
    }

    private synchronized Opened hidden(List<LayerId> layers) {
        return sessions.computeIfAbsent(List.copyOf(layers), any -> open(file -> model.writeHidden(layers, file)));
    }

    private interface Written {
        String to(java.nio.file.Path file) throws IOException;
    }

    private Opened open(Written graph) {
        try (OrtSession.SessionOptions options = runtime.newSessionOptions()) {
            java.nio.file.Path file = Files.createTempFile(folder, "reference", ".onnx");
            String hidden = graph.to(file);
            return new Opened(runtime.environment().createSession(file.toString(), options), hidden);
        } catch (OrtException | IOException e) {
            throw new IllegalStateException("ONNX Runtime cannot read the kit's own model " + model, e);
        }
    }

    private Map<String, HostTensor> run(Opened opened, Map<String, Tensor> inputs) {
        // A thread that a plugin holds up may come here when the tests are over; a closed session would end the
        // process.
        use.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("The tests of " + model + " are over");
            }
            return runOpen(opened, inputs);
        } finally {
            use.readLock().unlock();
        }
    }

    private Map<String, HostTensor> runOpen(Opened opened, Map<String, Tensor> inputs) {
        Map<String, OnnxTensor> values = new HashMap<>();
        try {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                // What the model does not read, ONNX Runtime does not take.
                if (opened.session().getInputNames().contains(input.getKey())) {
                    values.put(input.getKey(), toNative(input.getValue()));
                }
            }
            Map<String, HostTensor> outputs = new HashMap<>();
            try (OrtSession.Result result = opened.session().run(values)) {
                for (var entry : result) {
                    outputs.put(entry.getKey(), toHost((OnnxTensor) entry.getValue()));
                }
            }
            return outputs;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot run the kit's own model " + model, e);
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor toNative(Tensor tensor) throws OrtException {
        ByteBuffer buffer = tensor.buffer();
        long[] shape = tensor.shape().toArray();
        return tensor.elementType().equals(ElementType.INT64)
                ? OnnxTensor.createTensor(runtime.environment(), buffer.asLongBuffer(), shape)
                : OnnxTensor.createTensor(runtime.environment(), buffer.asFloatBuffer(), shape);
    }

    private static HostTensor toHost(OnnxTensor tensor) {
        var values = tensor.getFloatBuffer();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        return HostTensor.ofFloats(Shape.of(tensor.getInfo().getShape()), copy);
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            closed = true;
            for (Opened opened : sessions.values()) {
                opened.session().close();
            }
            sessions.clear();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            use.writeLock().unlock();
        }
    }
}
