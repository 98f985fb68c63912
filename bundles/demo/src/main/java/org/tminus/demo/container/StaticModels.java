/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;

/**
 * What an adaptive row is compared with at the same FLOPs: models whose depth is the same for every input.
 *
 * @param candidates full depth among them
 * @param description what they are, as a sentence
 */
record StaticModels(List<Part> candidates, String description) {
    private static final String EXTENSION = ".onnx";

    StaticModels {
        candidates = List.copyOf(candidates);
    }

    /**
     * Separately trained models, if there are any.
     *
     * @throws IOException if the folder of static models cannot be read
     * @throws OnnxFormatException if a static model is damaged
     */
    static StaticModels find(DemoRequest request, Part fullDepth) throws IOException, OnnxFormatException {
        List<Part> trained = trained(request);
        trained.add(fullDepth);
        return new StaticModels(
                trained,
                "A static row is a random mixture of the two models of fixed depth whose FLOPs enclose those of the row before, on plain "
                        + "ONNX Runtime: " + (trained.size() - 1) + " models trained on their own, and full depth.");
    }

    private static List<Part> trained(DemoRequest request) throws IOException, OnnxFormatException {
        List<Part> parts = new ArrayList<>();
        String folder = request.staticFolder();
        if (folder == null) {
            return parts;
        }
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            for (Path file : files.filter(file -> file.toString().endsWith(EXTENSION))
                    .sorted()
                    .toList()) {
                String name = String.valueOf(file.getFileName());
                double flops = GraphAnalysis.analyze(OnnxModel.read(file))
                        .total()
                        .flops()
                        .at(0);
                parts.add(new Part(name.substring(0, name.length() - EXTENSION.length()), file.toString(), flops, 0));
            }
        }
        return parts;
    }
}
