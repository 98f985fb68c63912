/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.onnx.Ort.Tensor;
import org.tminus.onnx.TestModels.Size;

class ExternalDataTest {
    private static final Size SIZE = new Size(3, 4, 8, 64);

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = Files.createDirectory(root.resolve("model"));
    }

    @Test
    void externalisedModelIsTheSameModelAndAligned() throws Exception {
        byte[] bytes = TestModels.vit(SIZE, 1).bytes();
        Path file = folder.resolve("model.onnx");
        Path data = folder.resolve("model.onnx.data");
        long size = WeightExternalizer.write(OnnxModel.read(bytes), file, data);

        assertThat(size).isEqualTo(Files.size(data)).isPositive();
        assertThat(Files.list(folder)).containsExactlyInAnyOrder(file, data);
        int external = 0;
        for (TensorProto tensor :
                ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                external++;
                assertThat(tensor.hasRawData()).isFalse();
                Map<String, String> entries = tensor.getExternalDataList().stream()
                        .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
                assertThat(entries).containsEntry("location", "model.onnx.data");
                assertThat(Long.parseLong(entries.get("offset")) % 4096).isZero();
                assertThat(Long.parseLong(entries.get("length"))).isGreaterThanOrEqualTo(1024);
            } else {
                assertThat(tensor.getRawData().size()).isLessThan(1024);
            }
        }
        assertThat(external).isGreaterThan(3 * 6);

        Map<String, Tensor> inputs = SegmentsTest.pixels(2, 5);
        Tensor expected = Ort.run(bytes, inputs).get("logits");
        assertThat(Ort.difference(expected, Ort.run(file, inputs).get("logits")))
                .isLessThan(1e-5);

        OnnxModel read = OnnxModel.read(file);
        GraphAnalysis analysis = GraphAnalysis.analyze(read);
        assertThat(analysis.total())
                .isEqualTo(GraphAnalysis.analyze(OnnxModel.read(bytes)).total());
        SegmentGraph composed =
                PathGraphs.of(read).compose(Chains.path(analysis, analysis.layers(), Chains.tail(analysis)));
        assertThat(composed.hasExternalData()).isTrue();
        assertThat(composed.toBytes().length).isLessThan(bytes.length / 2);
        assertThat(Ort.difference(
                        expected, Ort.run(composed.toBytes(), folder, inputs).get("logits")))
                .isLessThan(1e-5);
    }

    @Test
    void rewritingIsDeterministicAndPossibleInPlace() throws Exception {
        Path file = folder.resolve("model.onnx");
        Path data = folder.resolve("model.onnx.data");
        WeightExternalizer.write(OnnxModel.read(TestModels.vit(SIZE, 1).bytes()), file, data);
        byte[] model = Files.readAllBytes(file);
        byte[] weights = Files.readAllBytes(data);
        WeightExternalizer.write(OnnxModel.read(file), file, data);
        assertThat(Files.readAllBytes(file)).isEqualTo(model);
        assertThat(Files.readAllBytes(data)).isEqualTo(weights);
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/hostname, outside the model's own folder",
        "../secret, outside the model's own folder",
        "sub/../../secret, outside the model's own folder",
        "link, outside the model's own folder",
        "linked/secret, outside the model's own folder",
        "C:\\secret, outside the model's own folder",
        "missing, not there",
        "sub, no plain file",
        "short, has only 5"
    })
    void dataOutsideTheFolderOrTheFileIsRefused(String location, String message) throws Exception {
        Files.write(root.resolve("secret"), new byte[100]);
        Files.createDirectory(folder.resolve("sub"));
        Files.createSymbolicLink(folder.resolve("link"), root.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("linked"), root);
        Files.write(folder.resolve("short"), new byte[5]);
        Path file = write(location, "0", "8");
        assertThatThrownBy(() -> OnnxModel.read(file))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("'w'");
    }

    @ParameterizedTest
    @CsvSource({
        "93, 8, has only 100",
        "9223372036854775807, 8, has only 100",
        "-1, 8, negative",
        "x, 8, no number",
        "0, 9, needs 8 bytes",
        "0, 99999999999999999999, no number"
    })
    void rangesOutsideTheFileAreRefused(String offset, String length, String message) throws Exception {
        Files.write(folder.resolve("weights"), new byte[100]);
        Path file = write("weights", offset, length);
        assertThatThrownBy(() -> OnnxModel.read(file))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rangeInsideTheFileIsAccepted() throws Exception {
        Files.write(folder.resolve("weights"), new byte[100]);
        assertThat(OnnxModel.read(write("weights", "92", "8")).operatorCount()).isEqualTo(1);
    }

    private Path write(String location, String offset, String length) throws Exception {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("x", GraphMaker.FLOAT, "batch", 2);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("w")
                .setDataType(GraphMaker.FLOAT)
                .addDims(2)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL);
        Map.of("location", location, "offset", offset, "length", length)
                .forEach((key, value) -> tensor.addExternalData(
                        StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        g.graph.addInitializer(tensor);
        g.op("Add", x, "w");
        g.graph.addOutput(GraphMaker.info(g.graph.getNode(0).getOutput(0), GraphMaker.FLOAT, "batch", 2));
        Path file = folder.resolve("model.onnx");
        Files.write(file, g.bytes());
        return file;
    }
}
