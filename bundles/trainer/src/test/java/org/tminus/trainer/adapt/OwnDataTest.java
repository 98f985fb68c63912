/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

class OwnDataTest {
    private static final int SIDE = 8;
    private static final TransformerConfig TILES =
            new TransformerConfig(2, 16, 2, 32, new Stem.Tiles(1, 2, 2, SIDE / 2), 2, 1);

    @TempDir
    Path folder;

    private Path pictures() throws IOException {
        Path root = folder.resolve("pictures");
        SplittableRandom random = new SplittableRandom(1);
        for (String name : new String[] {"dark", "light"}) {
            Path files = Files.createDirectories(root.resolve(name));
            for (int i = 0; i < 40; i++) {
                BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
                for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                    image.getRaster().setSample(pixel % SIDE, pixel / SIDE, 0, random.nextInt(256));
                }
                ImageIO.write(image, "png", files.resolve(i + ".png").toFile());
            }
        }
        return root;
    }

    /** The normalisation of pictures stands beside the model that was adapted, and later in the model file alone. */
    @Test
    void picturesAreReadAgainAsTheModelFileSays() throws Exception {
        Path model = Files.write(
                folder.resolve("tiles.onnx"), TransformerBuilder.build(TILES).toBytes());
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"rescale_factor\": 0.01, \"image_mean\": [0.3], \"image_std\": [0.7]}");
        Request request = new Request(
                model,
                pictures(),
                Optional.empty(),
                LabelNames.FROM_DATA,
                new Request.Text(null, "text", "label", Optional.empty(), 8),
                new Request.Picture(SIDE),
                Request.Head.OWN,
                new Request.Training(1, 7, 1, PolicyEffort.NONE),
                folder.resolve("tiles.tminus"),
                folder.resolve("tiles.work"),
                "unknown",
                "./tminus adapt");
        OnnxModel onnx = OnnxModel.read(model);
        OwnTask first = DataReader.read(request, onnx, ModelCheck.analyze(onnx).signature(), ProgressListener.NONE);
        Path entries = Files.createDirectory(folder.resolve("entries"));
        Files.copy(model, entries.resolve("model.onnx"));
        first.entries().forEach((name, content) -> write(entries.resolve(name), content));
        ObjectMapper mapper = new ObjectMapper();
        write(
                entries.resolve("labels.json"),
                mapper.writeValueAsBytes(
                        Map.of("labels", first.data().description().labels())));
        write(
                entries.resolve("model.json"),
                mapper.writeValueAsBytes(Map.of(
                        "provenance",
                        Map.of(
                                "seed",
                                7,
                                "data",
                                Map.of("sha256", first.data().description().sha256()),
                                "figures",
                                Map.of("data", OwnData.facts(request, first))))));

        assertThat(OwnData.isToldBy(
                        mapper.readTree(entries.resolve("model.json").toFile())))
                .isTrue();
        TaskData again = OwnData.read(entries, request.data(), ProgressListener.NONE);

        assertThat(again.description().sha256())
                .isEqualTo(first.data().description().sha256());
        assertThat(again.description().labels()).containsExactly("dark", "light");
        Examples before = first.data().accessFor(Purpose.TRAINING).open(Split.TRUNK);
        Examples after = again.accessFor(Purpose.TRAINING).open(Split.TRUNK);
        int[] rows = IntStream.range(0, before.size()).toArray();
        assertThat(IntStream.of(rows).mapToObj(after::id))
                .containsExactlyElementsOf(
                        IntStream.of(rows).mapToObj(before::id).toList());
        try (HostTensor one = before.inputs(rows).values().iterator().next();
                HostTensor other = after.inputs(rows).values().iterator().next()) {
            assertThat(other.buffer()).isEqualTo(one.buffer());
        }

        Files.delete(request.data().resolve("dark").resolve("0.png"));
        assertThatThrownBy(() -> OwnData.read(entries, request.data(), ProgressListener.NONE))
                .isInstanceOf(AdaptException.class)
                .hasMessageContaining("not those that the model was adapted with");
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
