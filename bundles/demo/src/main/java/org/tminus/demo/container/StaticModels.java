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
import org.tminus.demo.measure.Mixture;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;

/**
 * What an adaptive row is compared with at the same FLOPs: models whose depth is the same for every input. Separately trained ones if there
 * are any, else the model's own menu, each path as a model of its own.
 */
final class StaticModels {
    private static final String EXTENSION = ".onnx";

    private final List<Part> candidates;
    private final String description;
    private final OwnPaths ownPaths;

    private StaticModels(List<Part> candidates, String description, OwnPaths ownPaths) {
        this.candidates = List.copyOf(candidates);
        this.description = description;
        this.ownPaths = ownPaths;
    }

    /**
     * @param fullDepth is a candidate in any case
     * @throws IOException if the folder of static models cannot be read
     * @throws OnnxFormatException if a static model is damaged
     */
    static StaticModels find(DemoRequest request, AdaptiveModel model, Part fullDepth)
            throws IOException, OnnxFormatException {
        OwnPaths ownPaths = new OwnPaths(model, Path.of(request.workFolder(), "own-paths"));
        List<Part> parts = trained(request, model);
        String what = parts.size() + (parts.size() == 1 ? " model" : " models") + " trained separately, and full depth";
        if (parts.isEmpty()) {
            parts = ownPaths.candidates();
            what = "the model's own paths through " + parts.size()
                    + " exits, for want of models trained on one depth, and full depth";
        }
        parts.add(fullDepth);
        return new StaticModels(
                parts,
                "A static row is a random mixture of the two models of fixed depth whose FLOPs enclose those of the row before, on plain "
                        + "ONNX Runtime. They are taken from " + what + ".",
                ownPaths);
    }

    private static List<Part> trained(DemoRequest request, AdaptiveModel model)
            throws IOException, OnnxFormatException {
        List<Part> parts = new ArrayList<>();
        String folder = request.staticFolder();
        if (folder == null) {
            return parts;
        }
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            // The folder may hold those of other models as well.
            String prefix = model.name() + "-static-";
            for (Path file : files.filter(file -> file.toString().endsWith(EXTENSION))
                    .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
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

    /** What the candidates are, as a sentence. */
    String description() {
        return description;
    }

    /**
     * The mixture with these mean FLOPs, its files in place.
     *
     * @throws IOException if a file cannot be written
     * @throws OnnxFormatException if a path cannot be composed
     */
    List<Part> at(double flops) throws IOException, OnnxFormatException {
        List<Part> written = new ArrayList<>();
        for (Part part : Mixture.at(flops, candidates)) {
            written.add(ownPaths.written(part));
        }
        return written;
    }
}
