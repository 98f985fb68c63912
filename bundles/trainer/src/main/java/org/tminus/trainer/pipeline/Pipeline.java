/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.Machine;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.oracle.ComputationBound;
import org.tminus.learning.oracle.MenuChoice;
import org.tminus.learning.oracle.Oracle;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.models.format.ModelPackage;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.decide.ClassWeights;
import org.tminus.trainer.decide.ComplexityModel;
import org.tminus.trainer.decide.ComplexityTrainer;
import org.tminus.trainer.decide.FeatureReader;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.decide.PointChoice;
import org.tminus.trainer.decide.PredictorCheck;
import org.tminus.trainer.decide.PredictorStage;
import org.tminus.trainer.decide.TreeEnsembleExporter;
import org.tminus.trainer.pack.Libraries;
import org.tminus.trainer.pack.ModelGraphs;
import org.tminus.trainer.pack.ModelWriter;

/**
 * From a task to a model file: trunk, outcomes of every candidate path, menu, predictor, policies, operating points, model
 * file, certificate. The results of the long stages are kept in the work folder: a run that was killed goes on where it was,
 * and a finished stage is not repeated as long as nothing that it was made from has changed.
 *
 * <p>Training and choosing see the trunk and the decision split; the calibration split is opened once, when all else is
 * done, and the test split never. Used by one thread.
 */
public final class Pipeline {
    private static final int GOLDEN = 3;

    private final Recipe recipe;
    private final PipelineOptions options;
    private final ProgressListener listener;
    private final BooleanSupplier stop;
    private final StageStore stages;

    /**
     * What a run made.
     *
     * @param model the file
     * @param points operating points with their figures on the decision split
     * @param inForce name of the one that is used if nobody says otherwise
     * @param fullDepthAccuracy there; NaN without labels
     * @param certificate in words
     */
    public record Result(Path model, List<Point> points, String inForce, double fullDepthAccuracy, String certificate) {
        /** Copies the list. */
        public Result {
            points = List.copyOf(points);
        }
    }

    private Pipeline(Recipe recipe, PipelineOptions options, ProgressListener listener, BooleanSupplier stop)
            throws IOException {
        this.recipe = recipe;
        this.options = options;
        this.listener = listener;
        this.stop = stop;
        this.stages = new StageStore(options.workFolder());
    }

    /**
     * Runs to the end or until it is told to stop.
     *
     * @param stop asked now and then; a stopped run leaves its finished stages and checkpoints in the work folder
     * @return {@code null} if it was stopped
     * @throws IOException if a file cannot be read or written
     * @throws IllegalArgumentException if the model cannot be made adaptive, with the reason
     */
    public static @Nullable Result run(
            Recipe recipe, PipelineOptions options, ProgressListener listener, BooleanSupplier stop)
            throws IOException {
        try {
            return new Pipeline(recipe, options, listener, stop).run();
        } catch (CancellationException e) {
            return null;
        }
    }

    private @Nullable Result run() throws IOException {
        TaskData.Access training = recipe.data().accessFor(Purpose.TRAINING);
        Trunk.Graphs trunk = trunk(training);
        if (trunk == null) {
            return null;
        }
        String identity = StageStore.fingerprint(trunk.model(), trunk.exits() == null ? "" : trunk.exits());
        ModelGraphs graphs = ModelGraphs.of(trunk.model(), trunk.exits());
        Examples examples = training.open(Split.DECISION);
        Outcomes candidates = candidates(graphs, identity, examples);
        List<MenuPath> menu = MenuChoice.standard().choose(candidates);
        Outcomes chosen = candidates.restrict(menu);
        listener.message("menu of " + menu.size() + " paths");

        FeatureReader features = features(graphs);
        Predictor predictor = features == null ? null : predictor(features, chosen, identity, examples);
        Outcomes decision = predictor == null ? chosen : predictor.outOfFold(chosen);
        String known = StageStore.fingerprint(
                identity, recipe.data().description().sha256(), predictor == null ? "" : predictor.identity());
        LearnedPolicies policies = LearnedPolicies.train(
                decision, options, new PolicyRuns(stages, known, Groups.of(examples), listener, stop));
        List<String> layerIds =
                graphs.analysis().layers().stream().map(each -> each.id()).toList();
        PointChoice choice = new PointChoice(decision, layerIds);
        List<PointChoice.Chosen> points = choice.choose(recipe.levels(), policies.settings());

        Path folder = Folders.fresh(stages.folder().resolve("package"));
        ModelWriter writer = new ModelWriter(folder, graphs, recipe.header());
        writeParts(writer, trunk, graphs, predictor, policies, training);
        Map<String, Object> figures = figures(trunk, chosen, predictor, policies);
        if (predictor != null) {
            figures.put("openLoop", OpenLoopFigures.of(decision));
            figures.put("predictorOnStem", stemVariant(graphs, identity, chosen, examples));
        }
        Certifying.Result certificate = new Certifying(recipe, stages, listener, stop)
                .certify(graphs, identity, folder, decision, points, predictor);
        figures.put("certification", certificate.sentence());
        figures.put("certificationOrder", certificate.order());
        figures.put("calibrationLooks", certificate.looks());
        List<Point> listed = points.stream().map(PointChoice.Chosen::point).toList();
        DefaultPoint inForce =
                DefaultPoint.of(listed, certificate.certified(), recipe.preferred(), choice.fullDepthAccuracy());
        ModelWriter.Decided decided = new ModelWriter.Decided(
                menu,
                predictor == null ? null : predictor.entry(),
                policies.entries(),
                inForce.points(),
                inForce.name(),
                decision.rows(),
                choice.fullDepthAccuracy());
        writer.writeDescription(decided, certificate.json(), provenance(figures));
        pack(folder);
        writeRebuildFile(folder, trunk);
        listener.message("wrote " + options.output());
        return new Result(options.output(), listed, inForce.name(), choice.fullDepthAccuracy(), certificate.sentence());
    }

    // --- trunk ---

    private Trunk.@Nullable Graphs trunk(TaskData.Access training) throws IOException {
        TaskData.Description data = recipe.data().description();
        String fingerprint = StageStore.fingerprint(
                "trunk", data.sha256(), data.seed(), recipe.trunk().fingerprint());
        Path folder = Files.createDirectories(stages.folder().resolve("trunk"));
        byte[] bytes = stages.once("trunk", fingerprint, () -> {
            Trunk.Graphs graphs = recipe.trunk().train(training, folder, stop, listener);
            return graphs == null ? null : toBytes(graphs);
        });
        return bytes == null ? null : graphs(bytes);
    }

    private static byte[] toBytes(Trunk.Graphs graphs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (byte[] part : new byte[] @Nullable [] {
                graphs.model(), graphs.exits(), graphs.change(), Json.bytes(graphs.figures())
            }) {
                out.writeInt(part == null ? -1 : part.length);
                if (part != null) {
                    out.write(part);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static Trunk.Graphs graphs(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte[] model = part(in);
            byte[] exits = part(in);
            byte[] change = part(in);
            byte[] figures = part(in);
            if (model == null || figures == null) {
                throw new IOException("the stage of the trunk lacks the model");
            }
            return new Trunk.Graphs(model, exits, change, Json.map(figures));
        }
    }

    private static byte @Nullable [] part(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : in.readNBytes(length);
    }

    // --- outcomes and menu ---

    private Outcomes candidates(ModelGraphs graphs, String identity, Examples examples) throws IOException {
        PathTrie trie = PathTrie.of(candidatePaths(graphs, graphs.parts().costs(), examples), graphs.layers());
        listener.message("running " + trie.menu().size() + " candidate paths on " + examples.size()
                + " inputs of the decision split");
        return OutcomeStage.run(
                stages, graphs, trie, identity, recipe.data().description(), Split.DECISION, examples, listener, stop);
    }

    private List<MenuPath> candidatePaths(ModelGraphs graphs, PathCosts costs, Examples examples) {
        List<Integer> exits = graphs.exitLayers();
        List<MenuPath> paths = new ArrayList<>();
        exits.forEach(layer -> paths.add(MenuPath.prefix(layer + 1)));
        for (MenuPath path : recipe.subsets().apply(graphs.layers())) {
            boolean runs = IntStream.range(0, graphs.layers())
                    .allMatch(layer -> path.layers().contains(layer)
                            || layer > path.lastLayer()
                            || graphs.analysis().layers().get(layer).skippable());
            if (runs && exits.contains(path.exit()) && !paths.contains(path)) {
                paths.add(path);
            }
        }
        int length = typicalLength(examples);
        MenuPath full = MenuPath.prefix(graphs.layers());
        paths.sort(Comparator.comparing((MenuPath path) -> path.equals(full))
                .thenComparing(path -> costs.path(path, length))
                .thenComparing(path -> path.layers().toString()));
        return paths;
    }

    private static int typicalLength(Examples examples) {
        long sum = 0;
        for (int row = 0; row < examples.size(); row++) {
            sum += examples.length(row);
        }
        return (int) (sum / Math.max(1, examples.size()));
    }

    // --- predictor ---

    private @Nullable FeatureReader features(ModelGraphs graphs) {
        String name = recipe.features();
        if (name == null) {
            name = FeatureReader.fitting(graphs.analysis().signature()).orElse(null);
        }
        return name == null ? null : FeatureReader.of(name, graphs.analysis().signature());
    }

    private @Nullable Predictor predictor(FeatureReader reader, Outcomes decision, String identity, Examples examples)
            throws IOException {
        int[] labels = Oracle.STABLE.paths(decision);
        String fingerprint = StageStore.fingerprint(
                ComplexityTrainer.VERSION,
                identity,
                recipe.data().description().sha256(),
                reader.name(),
                options.seed(),
                ClassWeights.DEFAULT,
                decision.trie().menu());
        float[][] features = reader.read(examples);
        byte[] bytes = stages.once("predictor", fingerprint, () -> {
            listener.message("training the predictor on " + reader.name() + " of " + features.length + " inputs");
            ComplexityModel made = ComplexityTrainer.train(
                    features,
                    labels,
                    decision.trie().menu().size(),
                    Groups.of(examples),
                    ClassWeights.DEFAULT,
                    options.seed(),
                    progress("predictor"));
            return PredictorStage.toBytes(made, labels);
        });
        ComplexityModel model = bytes == null ? null : PredictorStage.of(bytes);
        if (bytes == null || model == null) {
            return null;
        }
        byte[] onnx = TreeEnsembleExporter.export(model.ensemble(), Map.of());
        PredictorCheck.check(model, onnx, features);
        long flops = reader.flopsPerRow(examples) + model.ensemble().flopsPerRow();
        return new Predictor(model, reader, onnx, flops, StageStore.sha256(bytes));
    }

    private Map<String, Object> stemVariant(ModelGraphs graphs, String identity, Outcomes decision, Examples examples)
            throws IOException {
        List<MenuPath> menu = decision.trie().menu();
        String fingerprint = StageStore.fingerprint(
                "stem",
                ComplexityTrainer.VERSION,
                identity,
                recipe.data().description().sha256(),
                options.seed(),
                menu);
        byte[] bytes = stages.once("predictor-on-stem", fingerprint, () -> {
            listener.message("training a predictor on the state after the stem, for comparison");
            int[] labels = Oracle.STABLE.paths(decision);
            return Json.bytes(
                    StemVariant.figures(graphs, examples, labels, menu.size(), options.seed(), this::progress));
        });
        return bytes == null ? Map.of() : Json.map(bytes);
    }

    private StageProgress progress(String stage) {
        return new StageProgress(stage, listener, stop);
    }

    // --- model file ---

    private void writeParts(
            ModelWriter writer,
            Trunk.Graphs trunk,
            ModelGraphs graphs,
            @Nullable Predictor predictor,
            LearnedPolicies policies,
            TaskData.Access training)
            throws IOException {
        writer.writeGraphs();
        if (predictor != null) {
            writer.writePredictor(predictor.onnx());
        }
        for (Map.Entry<String, byte[]> policy : policies.files().entrySet()) {
            writer.writeEntry(policy.getKey(), policy.getValue());
        }
        for (Map.Entry<String, byte[]> entry : recipe.entries().entrySet()) {
            writer.writeEntry(entry.getKey(), entry.getValue());
        }
        if (!recipe.data().description().labels().isEmpty()) {
            writer.writeLabels(recipe.data().description().labels());
        }
        writeGolden(writer, trunk, graphs, training.open(Split.TRUNK));
    }

    private void writeGolden(ModelWriter writer, Trunk.Graphs trunk, ModelGraphs graphs, Examples examples)
            throws IOException {
        String output = graphs.analysis().signature().outputs().get(0).name();
        boolean raw = recipe.entries().containsKey("preprocessing.json");
        List<ModelWriter.Golden> vectors = new ArrayList<>();
        try (WholeGraph model = new WholeGraph(trunk.model())) {
            for (int row = 0; row < Math.min(GOLDEN, examples.size()); row++) {
                Map<String, HostTensor> inputs = examples.inputs(new int[] {row});
                WholeGraph.Answer answer = model.answer(inputs, output);
                Display display = raw ? examples.display(row) : null;
                vectors.add(new ModelWriter.Golden(display, inputs, output, answer.values(), answer.shape()));
            }
            writer.writeGolden(vectors);
        } finally {
            vectors.forEach(vector -> vector.inputs().values().forEach(each -> each.close()));
        }
    }

    private Map<String, Object> figures(
            Trunk.Graphs trunk, Outcomes decision, @Nullable Predictor predictor, LearnedPolicies policies) {
        Map<String, Object> figures = new TreeMap<>();
        figures.put("trunk", trunk.figures());
        Basis basis = Basis.AGREES;
        Map<String, Object> oracle = new LinkedHashMap<>();
        oracle.put("stableFlopsRatio", Oracle.STABLE.choices(decision, basis).flopsRatio());
        oracle.put("luckyFlopsRatio", Oracle.LUCKY.choices(decision, basis).flopsRatio());
        for (Level level : recipe.levels()) {
            oracle.put(
                    "bound-" + level.name(),
                    ComputationBound.of(decision, Oracle.STABLE, basis, level.loss())
                            .flopsRatio());
        }
        figures.put("oracle", oracle);
        List<Map<String, Object>> paths = new ArrayList<>();
        for (int path = 0; path < decision.trie().menu().size(); path++) {
            int index = path;
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("layers", decision.trie().menu().get(path).layers());
            double flops = 0;
            double full = 0;
            int right = 0;
            int agrees = 0;
            for (int row = 0; row < decision.rows(); row++) {
                flops += decision.flops(index, row);
                full += decision.fullDepthFlops(row);
                right += decision.isRight(index, row) ? 1 : 0;
                agrees += decision.agrees(index, row) ? 1 : 0;
            }
            one.put("flopsRatio", flops / full);
            if (decision.isLabelled()) {
                one.put("accuracy", (double) right / decision.rows());
            }
            one.put("agreement", (double) agrees / decision.rows());
            paths.add(one);
        }
        figures.put("menu", paths);
        if (predictor != null) {
            figures.put("predictor", predictor.figures());
        }
        if (!policies.figures().isEmpty()) {
            figures.put("ppo", policies.figures());
        }
        return figures;
    }

    private ModelWriter.Provenance provenance(Map<String, Object> figures) {
        TaskData.Description data = recipe.data().description();
        Map<String, Object> all = new TreeMap<>(figures);
        if (!data.facts().isEmpty()) {
            all.put("data", new TreeMap<>(data.facts()));
        }
        return new ModelWriter.Provenance(
                options.command(),
                data.name(),
                data.sha256(),
                data.licence(),
                data.seed(),
                Machine.description(),
                Libraries.versions(),
                all);
    }

    /** A model that is mostly a pretrained encoder is shared as its change. */
    private void writeRebuildFile(Path folder, Trunk.Graphs trunk) throws IOException {
        byte[] change = trunk.change();
        RebuildFile.Origin origin = recipe.origin();
        if (change != null && origin != null) {
            byte[] tokenizer = recipe.entries().getOrDefault("tokenizer.json", new byte[0]);
            listener.message("wrote " + RebuildFile.write(folder, origin, tokenizer, change, options.output()));
        }
    }

    private void pack(Path folder) throws IOException {
        try {
            ModelPackage.pack(folder, options.output());
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
