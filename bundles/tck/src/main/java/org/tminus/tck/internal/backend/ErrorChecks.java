/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControls;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Damaged models and inputs that do not fit. */
public final class ErrorChecks {
    private final Subject subject;
    private final java.nio.file.Path folder;

    /** @param folder for damaged models */
    public ErrorChecks(Subject subject, java.nio.file.Path folder) {
        this.subject = subject;
        this.folder = folder;
    }

    /** A model that is cut off, not there, or something else altogether, is refused with advice, at once or when it runs. */
    public void refusesDamagedModels() throws Exception {
        java.nio.file.Path model = subject.model().file("model.onnx").orElseThrow();
        byte[] whole = Files.readAllBytes(model);
        Map<String, byte[]> damages = new LinkedHashMap<>();
        damages.put("cut off in the middle", Arrays.copyOf(whole, whole.length / 2));
        damages.put("empty", new byte[0]);
        damages.put("no ONNX at all", "this is not a model".getBytes(StandardCharsets.UTF_8));
        byte[] unknown = new String(whole, StandardCharsets.ISO_8859_1)
                .replace("MatMul", "MutMal")
                .getBytes(StandardCharsets.ISO_8859_1);
        damages.put("with an operator that does not exist", unknown);
        for (Map.Entry<String, byte[]> damage : damages.entrySet()) {
            refuse(damage.getKey(), files(damage.getValue()));
        }
        refuse("missing", Map.of());
    }

    private Map<String, java.nio.file.Path> files(byte[] model) throws IOException {
        java.nio.file.Path place = Files.createTempDirectory(folder, "damaged");
        Map<String, java.nio.file.Path> files = new HashMap<>();
        files.put("model.onnx", Files.write(place.resolve("model.onnx"), model));
        for (String other : List.of("model.onnx.data", "exits.onnx")) {
            var source = subject.model().file(other);
            if (source.isPresent()) {
                files.put(other, Files.copy(source.get(), place.resolve(other)));
            }
        }
        return files;
    }

    private void refuse(String how, Map<String, java.nio.file.Path> files) {
        AdaptiveModel damaged = subject.kit().withFiles(files);
        Map<String, Tensor> inputs = subject.some(1, 1);
        Failures.expect(
                TminusException.class,
                "Opening and running a model whose model.onnx is " + how,
                "Catch what reading the file throws, and throw a BackendException with the reason and advice.",
                () -> {
                    try (BackendSession session = subject.backend().open(damaged)) {
                        Answers.close(session.run(damaged.fullDepth(), inputs, subject.everything()));
                    }
                });
    }

    /** Inputs, paths and outputs that the model does not have; and the session goes on. */
    public void refusesWhatDoesNotFit() throws Exception {
        Path path = subject.model().fullDepth();
        Map<String, Tensor> good = subject.some(2, 2);
        String name = good.keySet().iterator().next();
        try (BackendSession session = subject.open()) {
            refuse("without inputs", session, path, Map.of());
            refuse("with an input of another name", session, path, Map.of("no such input", good.get(name)));
            Map<String, Tensor> wrongType = new HashMap<>(good);
            wrongType.put(name, HostTensor.ofInts(Shape.of(2, 3), new int[6]));
            refuse("with an input of another type and shape", session, path, wrongType);
            Map<String, Tensor> flat = new HashMap<>(good);
            Tensor tensor = Objects.requireNonNull(good.get(name));
            flat.put(
                    name,
                    HostTensor.wrap(
                            tensor.elementType(), Shape.of(tensor.shape().elementCount()), bytes(tensor)));
            refuse("with an input of another rank", session, path, flat);
            refuse(
                    "along an unknown layer",
                    session,
                    new Path(List.of(new LayerId("no such layer")), ExitId.FINAL),
                    good);
            refuse("to an unknown exit", session, new Path(path.layers(), new ExitId("no such exit")), good);
            Failures.expect(
                    TminusException.class,
                    "Asking for an output that the model does not have",
                    "Compare control.requestedOutputs() with the exit's outputs.",
                    () -> session.run(path, good, RunControls.forOutputs("no such output")));
            subject.expectRun("Running after requests that do not fit", session, path, good);
        }
    }

    private static ByteBuffer bytes(Tensor tensor) {
        ByteBuffer copy = ByteBuffer.allocateDirect((int) tensor.byteSize());
        copy.put(tensor.buffer()).flip();
        return copy;
    }

    private void refuse(String how, BackendSession session, Path path, Map<String, Tensor> inputs) {
        Throwable thrown = Failures.thrown(() -> Answers.close(session.run(path, inputs, subject.everything())));
        if (!(thrown instanceof TminusException)) {
            String found = thrown == null ? "it answered." : "it threw " + thrown + ".";
            String advice =
                    "Compare names, types and shapes with the signature, and the path by AdaptiveModel.check, before"
                            + " you compute.";
            throw thrown == null
                    ? Finding.of("Running " + how + ", " + found, "An InvalidRequestException.", advice)
                    : Finding.of("Running " + how + ", " + found, "An InvalidRequestException.", advice, thrown);
        }
    }
}
