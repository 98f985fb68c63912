/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Scores;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.ort.Threads;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;

/** Deep Java Library with its ONNX Runtime engine, as its users call it: arrays in a list to a predictor. */
public final class DjlEngine implements Engine {
    private static final String ENGINE = "OnnxRuntime";

    private static final Map<ElementType, DataType> TYPES = Map.of(
            ElementType.FLOAT32, DataType.FLOAT32,
            ElementType.FLOAT64, DataType.FLOAT64,
            ElementType.INT64, DataType.INT64,
            ElementType.INT32, DataType.INT32,
            ElementType.INT8, DataType.INT8,
            ElementType.UINT8, DataType.UINT8,
            ElementType.BOOL, DataType.BOOLEAN);

    /** What DJL hands on to ONNX Runtime. Its engine reads the second number only beside the first. */
    private static final Map<Threads, Map<String, String>> OPTIONS = Map.of(
            Threads.OWN_POOL, Map.of(),
            Threads.PROCESS_POOL, Map.of("disablePerSessionThreads", "true"),
            Threads.ONE, Map.of("interOpNumThreads", "1", "intraOpNumThreads", "1"));

    @Override
    public String name() {
        return "djl";
    }

    @Override
    public void load() throws EvaluationException {
        // A benchmark tells nobody on the network where it runs.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        // It says of every model that there are neither extensions nor a graphics card.
        System.setProperty("org.slf4j.simpleLogger.log.ai.djl", "error");
        try {
            OnnxRuntimes.standalone();
            OneEnvironment.sharedWith(() -> ai.djl.engine.Engine.getEngine(ENGINE));
        } catch (LinkageError | RuntimeException e) {
            throw new EvaluationException("DJL cannot be loaded here: " + e, "See the reason.", e);
        }
    }

    @Override
    public String version() {
        return ai.djl.engine.Engine.getDjlVersion() + " with ONNX Runtime "
                + OnnxRuntimes.standalone().version();
    }

    @Override
    public List<String> settings() {
        return Stream.of(Threads.OWN_POOL, Threads.PROCESS_POOL, Threads.ONE)
                .map(Threads::description)
                .toList();
    }

    @Override
    public Server open(Path graph, String setting) throws EvaluationException {
        Criteria.Builder<NDList, NDList> criteria = Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optEngine(ENGINE)
                .optDevice(Device.cpu())
                .optModelPath(graph.toAbsolutePath().getParent())
                .optModelName(String.valueOf(graph.getFileName()))
                .optTranslator(new NoopTranslator());
        Threads threads = Arrays.stream(Threads.values())
                .filter(each -> each.description().equals(setting))
                .findFirst()
                .orElseThrow();
        OPTIONS.getOrDefault(threads, Map.of()).forEach(criteria::optOption);
        try {
            return new Answering(criteria.build().loadModel(), threads.lingerNanos(OnnxRuntimes.standalone()));
        } catch (IOException | ModelNotFoundException | MalformedModelException e) {
            throw new EvaluationException("DJL cannot open the model: " + e.getMessage(), "See the reason.", e);
        }
    }

    /** Each predictor is used by one thread at a time. */
    private static final class Answering implements Server {
        private final ZooModel<NDList, NDList> model;
        private final long lingerNanos;
        private final Queue<Predictor<NDList, NDList>> idle = new ConcurrentLinkedQueue<>();

        Answering(ZooModel<NDList, NDList> model, long lingerNanos) {
            this.model = model;
            this.lingerNanos = lingerNanos;
        }

        @Override
        public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
            Predictor<NDList, NDList> predictor = idle.poll();
            if (predictor == null) {
                predictor = model.newPredictor();
            }
            try (NDManager manager = model.getNDManager().newSubManager();
                    NDList answer = predictor.predict(list(input, manager))) {
                return Answer.of(Scores.best(FloatBuffer.wrap(answer.head().toFloatArray())));
            } catch (TranslateException | RuntimeException e) {
                throw new EvaluationException("DJL failed: " + e.getMessage(), "Check the inputs.", e);
            } finally {
                idle.add(predictor);
            }
        }

        private static NDList list(Map<String, HostTensor> input, NDManager manager) {
            NDList list = new NDList(input.size());
            input.forEach((name, tensor) -> {
                DataType type = TYPES.get(tensor.elementType());
                if (type == null) {
                    throw new IllegalArgumentException("elements of type " + tensor.elementType() + " are not taken");
                }
                NDArray array =
                        manager.create(tensor.buffer(), new Shape(tensor.shape().toArray()), type);
                array.setName(name);
                list.add(array);
            });
            return list;
        }

        @Override
        public long lingerNanos() {
            return lingerNanos;
        }

        @Override
        public void close() {
            idle.forEach(Predictor::close);
            model.close();
        }
    }
}
