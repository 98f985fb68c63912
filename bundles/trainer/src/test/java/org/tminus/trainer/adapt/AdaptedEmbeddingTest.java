/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.certificate.CertificateResult;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SentenceEmbedding;
import org.tminus.trainer.graph.TinyBert;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

/** Models without labels whose answer is an embedding, from an ONNX file and data to the model file. */
class AdaptedEmbeddingTest {
    private static final int LAYERS = 3;
    private static final int ROWS = 400;
    private static final int LENGTH = 5;

    @TempDir
    Path folder;

    private Request request(OnnxModel model, Path data, Request.Head head) throws IOException {
        return new Request(
                Files.write(folder.resolve("encoder.onnx"), model.toBytes()),
                data,
                Optional.empty(),
                LabelNames.NONE,
                new Request.Text(null, "text", "label", Optional.empty(), 8),
                new Request.Picture(32),
                head,
                new Request.Training(1, 1, 1, PolicyEffort.NONE),
                folder.resolve("encoder.tminus"),
                folder.resolve("encoder.work"),
                "unknown",
                "./tminus adapt");
    }

    private static Request.Head head(@Nullable Pooling pooling, @Nullable Objective answer) {
        return new Request.Head(false, pooling, answer);
    }

    private static String word(int number) {
        return "" + (char) ('a' + number / 26) + (char) ('a' + number % 26);
    }

    private Path texts() throws IOException {
        String vocabulary = IntStream.range(1, TinyBert.WORDS)
                .mapToObj(number -> "\"" + word(number) + "\":" + number)
                .collect(Collectors.joining(",", "{\"[UNK]\":0,", "}"));
        Files.writeString(
                folder.resolve("tokenizer.json"),
                """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
                 "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
                 "model":{"type":"WordLevel","unk_token":"[UNK]","vocab":%s}}
                """
                        .formatted(vocabulary));
        SplittableRandom random = new SplittableRandom(3);
        List<String> lines = new ArrayList<>(List.of("text"));
        for (int row = 0; row < ROWS; row++) {
            lines.add(IntStream.range(0, 2 + random.nextInt(5))
                    .mapToObj(i -> word(1 + random.nextInt(TinyBert.WORDS - 1)))
                    .collect(Collectors.joining(" ")));
        }
        return Files.write(folder.resolve("texts.csv"), lines);
    }

    private Path tensors() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            List<Integer> ids = random.ints(LENGTH, 0, TinyBert.WORDS).boxed().toList();
            lines.add("{\"input_ids\": " + ids + ", \"attention_mask\": [1, 1, 1, 1, 1]}");
        }
        return Files.write(folder.resolve("tensors.jsonl"), lines);
    }

    private static OnnxModel states() throws Exception {
        return TinyBert.build(LAYERS);
    }

    /** An encoder that pools inside: its only output is [batch, width]. */
    private static OnnxModel pooled() throws Exception {
        return SentenceEmbedding.attach(states(), Pooling.MEAN);
    }

    private static String words(Request request) throws IOException {
        return String.join(
                "\n", Adaptation.prepare(request, ProgressListener.NONE).words());
    }

    private void becomesAModelOfEmbeddings(Request request) throws Exception {
        Pipeline.Result result =
                Adaptation.prepare(request, ProgressListener.NONE).run(ProgressListener.NONE, () -> false);

        assertThat(result).isNotNull();
        assertThat(result.certificate()).contains("isagreement");
        Path extracted = folder.resolve("extracted");
        try (ModelPackage file = ModelPackage.open(result.model())) {
            AdaptiveModel read = file.extract(extracted);
            assertThat(read.labels()).isEmpty();
            assertThat(read.exits()).hasSize(LAYERS);
            Map<String, String> needed = new HashMap<>(read.hashes());
            needed.keySet().removeIf(entry -> !CertificateResult.names(entry));
            assertThat(needed.containsKey("tokenizer.json"))
                    .isEqualTo(read.preprocessing().isPresent());
            assertThat(read.certificate().orElseThrow().hashes()).containsAllEntriesOf(needed);
        }
        JsonNode provenance = new ObjectMapper()
                .readTree(extracted.resolve("model.json").toFile())
                .path("provenance");
        TaskData again = OwnData.read(extracted, request.data(), ProgressListener.NONE);
        assertThat(again.description().sha256())
                .isEqualTo(provenance.at("/data/sha256").asText());
        assertThat(again.accessFor(Purpose.REPORTING).open(Split.TEST)).isInstanceOf(EmbeddingExamples.class);
        JsonNode cosines = provenance.at("/figures/trunk/exitCosineToOriginalDecision");
        assertThat(cosines).hasSize(LAYERS);
        assertThat(cosines.get(LAYERS - 1).asDouble())
                .as("full depth points where the model as it came points")
                .isGreaterThan(0.95);
    }

    @Test
    void anEncoderThatPoolsInsideKeepsItsDirection() throws Exception {
        Request request = request(pooled(), texts(), Request.Head.OWN);
        assertThat(words(request))
                .contains(
                        "the output 'embedding' of 16 numbers is taken for an embedding, because its name",
                        "--answer classes",
                        "cosine below 0.95");
        becomesAModelOfEmbeddings(request);
    }

    @Test
    void anEncoderWithStatesIsPooled() throws Exception {
        Request request = request(states(), texts(), Request.Head.OWN);
        assertThat(words(request)).contains("averaged states", "--pooling", "cosine below 0.95");
        becomesAModelOfEmbeddings(request);

        Path made = folder.resolve("static");
        assertThat(Adaptation.prepare(request, ProgressListener.NONE)
                        .trainStatics(request.output(), List.of(LAYERS), made, ProgressListener.NONE, () -> false))
                .isTrue();
        JsonNode figures = new ObjectMapper()
                .readTree(made.resolve("encoder-static-3.json").toFile());
        assertThat(figures.path("cosineToFullDepthDecision").asDouble())
                .as("all layers as they came point where those that kept pointing there do")
                .isGreaterThan(0.9);
    }

    @Test
    void embeddingsOfNumbersAreKeptAsThoseOfTextsAre() throws Exception {
        becomesAModelOfEmbeddings(request(pooled(), tensors(), Request.Head.OWN));
    }

    @Test
    void peopleSayWhatAnOutputIs() throws Exception {
        Path data = tensors();
        assertThat(words(request(pooled(), data, head(null, Objective.CLASSES))))
                .contains(
                        "taken for scores of classes, because --answer says so",
                        "--answer embedding",
                        "a disagreement with full depth");
        assertThatThrownBy(() -> words(request(states(), data, head(null, Objective.CLASSES))))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("[batch, classes]", "--answer classes", "give labels");
        assertThatThrownBy(() -> words(request(pooled(), data, new Request.Head(true, null, null))))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("--new-head", "labels");
    }

    @Test
    void anEmbeddingIsNotLearnedFromLabels() throws Exception {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(tensors())) {
            lines.add(line.replace("}", ", \"label\": " + lines.size() % 2 + "}"));
        }
        Path data = Files.write(folder.resolve("labelled.jsonl"), lines);
        Request bare = request(pooled(), data, head(null, Objective.EMBEDDING));
        assertThat(words(bare)).contains("because --answer says so");
        Request labelled = new Request(
                bare.model(),
                data,
                Optional.empty(),
                LabelNames.FROM_DATA,
                bare.text(),
                bare.picture(),
                bare.head(),
                bare.training(),
                bare.output(),
                bare.work(),
                "unknown",
                "./tminus adapt");
        assertThatThrownBy(() -> words(labelled))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("--labels none", "--answer");
    }

    @Test
    void aTokenizerWithFarFewerTokensThanTheTableHasRowsIsSaid() throws Exception {
        Path data = texts();
        assertThat(words(request(pooled(), data, Request.Head.OWN))).doesNotContain("warning");
        OnnxModel wide = TinyBert.build(LAYERS, 200);
        assertThat(words(request(wide, data, Request.Head.OWN)))
                .contains("warning the tokenizer tokenizer.json has 30 tokens, but the model's table has 200 rows")
                .contains("--tokenizer");
    }
}
