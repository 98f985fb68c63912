/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.tminus.backend.cpu.CpuBackend;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.policy.confidence.internal.ConfidencePolicy;
import org.tminus.predictor.internal.TreeEnsemblePredictor;

class OwnBundlesTest {
    /** The jar that a class is in, or the folder if that module is not packed yet. */
    private static Path of(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Nested
    class Confidence extends BundleContract {
        @Override
        protected Path bundle() {
            return of(ConfidencePolicy.class);
        }

        @Override
        protected Map<String, Map<String, Object>> configurations() {
            return Map.of("org.tminus.policy.confidence", Map.of("threshold", 0.8));
        }
    }

    @Nested
    class TreeEnsemble extends BundleContract {
        @Override
        protected Path bundle() {
            return of(TreeEnsemblePredictor.class);
        }

        @Override
        protected Set<String> platformPackages() {
            return Set.of("org.tminus.onnx", "org.tminus.onnx.wire");
        }

        @Override
        protected Set<String> exportedPackages() {
            return Set.of("org.tminus.predictor.features");
        }

        @Override
        protected List<String> neighbours() {
            return List.of("com.google.protobuf", "org.tminus.onnx");
        }
    }

    @Nested
    class Cpu extends BundleContract {
        @Override
        protected Path bundle() {
            return of(CpuBackend.class);
        }

        @Override
        protected Set<String> platformPackages() {
            return Set.of("org.tminus.onnx", "org.tminus.onnxruntime");
        }

        @Override
        protected List<String> neighbours() {
            return List.of("com.google.protobuf", "org.tminus.onnx");
        }

        @Override
        protected List<String> hostPackages() {
            return List.of("ai.onnxruntime;version=1.23.2", "org.tminus.onnxruntime;version=1.2.0");
        }

        @Override
        protected Map<Class<?>, Object> services() {
            return Map.of(OnnxRuntime.class, OnnxRuntimes.standalone());
        }
    }
}
