/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Scores;
import org.tminus.evaluation.measure.Server;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.graph.InferenceGraph;
import org.tminus.trainer.graph.TorchThreads;
import org.tminus.trainer.graph.UnsupportedOperatorsException;

/** libtorch, operator by operator as PyTorch does it unless a model is compiled; GELU, normalisation and attention are one operator each. */
public final class TorchEngine implements Engine {
    private static final String ONE = "one thread";

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public void load() throws EvaluationException {
        try {
            TorchThreads.use(1);
        } catch (LinkageError e) {
            throw new EvaluationException(
                    "libtorch cannot be loaded here: " + e.getMessage(), "Use Linux on x86-64.", e);
        }
    }

    @Override
    public String version() {
        return torch.TORCH_VERSION;
    }

    @Override
    public List<String> settings() {
        int processors = Runtime.getRuntime().availableProcessors();
        List<String> settings = new ArrayList<>();
        if (processors > 1) {
            settings.add(processors + " threads");
        }
        settings.add(ONE);
        return settings;
    }

    @Override
    public Server open(Path graph, String setting) throws EvaluationException {
        int threads = setting.equals(ONE) ? 1 : Runtime.getRuntime().availableProcessors();
        try {
            return new Answering(InferenceGraph.of(OnnxModel.read(graph)), threads);
        } catch (UnsupportedOperatorsException e) {
            throw new EvaluationException(
                    "the model has operators that are not translated for libtorch: " + String.join("; ", e.operators())
                            + ".",
                    "Export it with plain operators.",
                    e);
        } catch (OnnxFormatException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()), e.advice(), e);
        }
    }

    private record Answering(InferenceGraph graph, int threads) implements Server {
        @Override
        public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
            TorchThreads.use(threads);
            try {
                return Answer.of(Scores.best(FloatBuffer.wrap(graph.answer(input))));
            } catch (RuntimeException e) {
                throw new EvaluationException("libtorch failed: " + e.getMessage(), "Check the inputs.", e);
            }
        }

        @Override
        public void close() {
            graph.close();
        }
    }
}
