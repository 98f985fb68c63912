/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AgreementRule;
import org.tminus.models.SampleModel;

/** Each rule of {@code model.json}: broken once, the complaint names the place. */
class DescriptionTest {
    @TempDir
    Path temp;

    static Stream<Arguments> faults() {
        return Stream.of(
                // pointer of the parent, member or index, wrong value, what the message must contain
                fault("", "schemaVersion", "2", "$.schemaVersion"),
                fault("", "schemaVersion", "\"1\"", "$.schemaVersion"),
                fault("", "name", "\"../evil\"", "$.name"),
                fault("", "name", "\"\"", "$.name"),
                fault("", "version", "\"1.0.0-rc1\"", "$.version"),
                fault("", "version", "1", "$.version"),
                fault("", "description", "[]", "$.description"),
                fault("", "provenance", "3", "$.provenance"),
                fault("/signature", "inputs", "[]", "$.signature.inputs"),
                fault("/signature/inputs/0", "type", "\"float33\"", "$.signature.inputs[0].type"),
                fault("/signature/inputs/0", "shape", "[1, 2]", "$.signature.inputs[0].shape[0]"),
                fault("/signature/inputs/0", "shape", "[\"batch\", -1]", "$.signature.inputs[0].shape[1]"),
                fault("/signature/inputs/0", "shape", "[\"batch\", 1e3]", "$.signature.inputs[0].shape[1]"),
                fault("/signature/inputs/0", "shape", "[]", "$.signature.inputs[0].shape"),
                fault(
                        "/signature",
                        "sequence",
                        "{\"input\": \"ids\", \"dimension\": 1, \"maximum\": 9}",
                        "$.signature.sequence"),
                fault(
                        "/signature",
                        "sequence",
                        "{\"input\": \"pixels\", \"dimension\": 1, \"maximum\": 9}",
                        "$.signature.sequence.dimension"),
                fault("", "stem", "null", "$.stem"),
                fault("/stem", "output", "\" \"", "$.stem.output"),
                fault("/stem", "sideValues", "[1]", "$.stem.sideValues[0]"),
                fault("/stem/cost", "flops", "[-1]", "$.stem.cost.flops"),
                fault("/stem/cost", "flops", "[1e999]", "$.stem.cost.flops[0]"),
                fault("/stem/cost", "flops", "[\"NaN\"]", "$.stem.cost.flops[0]"),
                fault("/stem/cost", "flops", "[1, 2]", "$.stem.cost.flops"),
                fault("/stem/cost", "flops", "[]", "$.stem.cost.flops"),
                fault("/stem/cost", "flops", "[1, 0, 0, 0]", "$.stem.cost.flops"),
                fault("/stem/cost", "weightBytes", "-1", "$.stem.cost.weightBytes"),
                fault("/stem/cost", "weightBytes", "99999999999999999999", "$.stem.cost.weightBytes"),
                fault("/stem/cost", "activationBytes", "{}", "$.stem.cost.activationBytes"),
                fault("/hidden", "pooling", "\"max\"", "$.hidden.pooling"),
                fault("/hidden", "shape", "[\"batch\", 4]", "$.hidden.shape"),
                fault("/layers/1", "id", "\"layer.0\"", "$.layers[1].id"),
                fault("/layers/1", "input", "\"h9\"", "$.layers[1].input"),
                fault("/layers/1", "skippable", "\"no\"", "$.layers[1].skippable"),
                fault("/layers/1", "skippable", "true", "$.layers[1].obstacle"),
                fault("/layers/0/blocks/0", "id", "null", "$.layers[0].blocks[0].id"),
                fault("/exits/0", "after", "\"layer.7\"", "$.exits[0].after"),
                fault("/exits/0", "id", "\"final\"", "$.exits[0].id"),
                fault("/exits/0", "file", "\"model.onnx\"", "$.exits[0].file"),
                fault("/exits/0", "file", "\"../exits.onnx\"", "$.exits[0].file"),
                fault("/exits/0", "outputs", "{}", "$.exits[0].outputs"),
                fault("/exits/0", "outputs", "{\"other\": \"x\"}", "$.exits[0].outputs.other"),
                fault("/exits/1", "after", "\"layer.0\"", "$.exits[1].after"),
                fault("/exits/1", "id", "\"last\"", "$.exits[1].id"),
                fault("", "exits", "[]", "$.exits"),
                fault("", "menu", "[]", "$.menu"),
                fault("/menu/0", "layers", "[\"layer.9\"]", "$.menu[0].layers[0]"),
                fault("/menu/1", "layers", "[\"layer.1\", \"layer.0\"]", "$.menu[1].layers[1]"),
                fault("/menu/0", "exit", "\"exit.9\"", "$.menu[0].exit"),
                fault("/menu/1", "layers", "[\"layer.0\"]", "cannot be skipped"),
                fault("/menu", "1", "{\"layers\": [\"layer.0\"], \"exit\": \"exit.1\"}", "$.menu[1]"),
                fault("/exits/0/cost", "flops", "[1000]", "$.menu[1]"),
                fault("/predictor", "file", "\"model.onnx\"", "$.predictor.file"),
                fault("/predictor", "classes", "[0, 2]", "$.predictor.classes[1]"),
                fault("/predictor", "classes", "[1, 0]", "$.predictor.classes[1]"),
                fault("/predictor", "classes", "[]", "$.predictor.classes"),
                fault("/predictor", "flopsPerRow", "-5", "$.predictor.flopsPerRow"),
                fault("/policies/0", "policy", "\"lstm-ppo-closed\"", "$.policies[1].policy"),
                fault("/policies/0", "policy", "7", "$.policies[0].policy"),
                fault("/policies/0", "file", "\"predictor.onnx\"", "$.policies[0].file"),
                fault("/policies/0", "file", "\"../policy-open.onnx\"", "$.policies[0].file"),
                fault("/policies/0", "file", "\"policy.onnx\"", "$.policies[0].file"),
                fault("/policies/0", "file", "\"policy-closed.onnx\"", "$.policies[1].file"),
                fault("/policies/0", "loop", "\"ajar\"", "$.policies[0].loop"),
                fault("/policies/0", "complexityClasses", "-1", "$.policies[0].complexityClasses"),
                fault("/policies/0", "complexityClasses", "65", "$.policies[0].complexityClasses"),
                fault("/policies/0", "complexityClasses", "3", "reads 3 complexity classes"),
                fault("/policies/0", "hidden", "0", "$.policies[0].hidden"),
                fault("/policies/0", "hidden", "4097", "$.policies[0].hidden"),
                fault("", "policies", "{}", "$.policies"),
                fault("/operatingPoints/0", "accuracy", "1.5", "$.operatingPoints[0].accuracy"),
                fault("/operatingPoints/0", "flopsRatio", "-0.1", "$.operatingPoints[0].flopsRatio"),
                fault("/operatingPoints/0", "inputs", "-1", "$.operatingPoints[0].inputs"),
                fault("/operatingPoints/0/parameters", "steps", "null", "$.operatingPoints[0].parameters.steps"),
                fault("/operatingPoints/0/parameters", "steps", "{}", "$.operatingPoints[0].parameters.steps"),
                fault("/operatingPoints/0/parameters", "steps", "[[1]]", "$.operatingPoints[0].parameters.steps[0]"),
                fault("", "defaultOperatingPoint", "\"fast\"", "$.defaultOperatingPoint"),
                fault("/certificate", "risk", "\"none\"", "$.certificate.risk"),
                fault("/certificate", "epsilon", "2", "$.certificate.epsilon"),
                fault("/certificate", "inputs", "0", "$.certificate.inputs"),
                fault("/certificate", "hashes", "{\"model.onnx\": \"abc\"}", "$.certificate.hashes"),
                fault("/certificate", "disagreementLimits", "{\"fast\": 0.1}", "$.certificate.disagreementLimits.fast"),
                fault("/certificate", "agreement", "\"argmax\"", "$.certificate.agreement"),
                fault("/certificate", "agreement", "{}", "$.certificate.agreement.rule is missing"),
                fault("/certificate", "agreement", "{\"rule\": \"euclidean\"}", "must be one of argmax, cosine"),
                fault("/certificate", "agreement", "{\"rule\": \"cosine\"}", "agreement.atLeast is missing"),
                fault("/certificate", "agreement", cosine("0"), "agreement.atLeast must be above 0"),
                fault("/certificate", "agreement", cosine("-0.5"), "$.certificate.agreement.atLeast"),
                fault("/certificate", "agreement", cosine("1.01"), "$.certificate.agreement.atLeast"),
                fault("/certificate", "agreement", cosine("\"0.95\""), "$.certificate.agreement.atLeast"),
                fault("/certificate", "dataSince", "2026", "$.certificate.dataSince"),
                fault("/certificate", "dataSince", "\"yesterday\"", "$.certificate.dataSince must be a time in UTC"),
                fault("/certificate", "dataSince", "\"2026-01-31\"", "$.certificate.dataSince must be a time in UTC"),
                fault("/certificate", "operatingPoints", "[\"fast\"]", "$.certificate.operatingPoints[0]"));
    }

    private static String cosine(String atLeast) {
        return "{\"rule\": \"cosine\", \"atLeast\": " + atLeast + "}";
    }

    private static Arguments fault(String parent, String member, String value, String message) {
        return Arguments.of(parent, member, value, message);
    }

    @ParameterizedTest(name = "{0}/{1} = {2}")
    @MethodSource("faults")
    void aFaultIsRefusedWithItsPlace(String parent, String member, String value, String message) throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> {
                    if (root.at(parent) instanceof ObjectNode object) {
                        object.set(member, SampleModel.json(value));
                    } else {
                        ((ArrayNode) root.at(parent)).set(Integer.parseInt(member), SampleModel.json(value));
                    }
                })
                .folder(temp.resolve("folder"));
        // 1e999 becomes Infinity in the tree, which is written as a string; keep what was meant.
        Path json = folder.resolve("model.json");
        Files.writeString(json, Files.readString(json).replace("\"Infinity\"", "1e999"));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(((ModelFormatException) e).advice()).isNotBlank());
    }

    static Stream<Arguments> agreements() {
        return Stream.of(
                Arguments.of("null", Optional.empty()),
                Arguments.of("{\"rule\": \"argmax\"}", Optional.of(AgreementRule.argmax())),
                Arguments.of(cosine("0.95"), Optional.of(AgreementRule.cosine(0.95))),
                Arguments.of(cosine("1"), Optional.of(AgreementRule.cosine(1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("agreements")
    void aCertificateSaysWhatItCountedAsTheSameAnswer(String stated, Optional<AgreementRule> rule) throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> ((ObjectNode) root.at("/certificate")).set("agreement", SampleModel.json(stated)))
                .folder(temp.resolve("folder"));
        Path file = temp.resolve("file.tminus");
        ModelPackage.pack(folder, file);
        try (ModelPackage open = ModelPackage.open(file)) {
            AdaptiveModel model = open.extract(temp.resolve("out"));
            assertThat(model.certificate().orElseThrow().agreement()).isEqualTo(rule);
        }
    }

    @Test
    void aCertificateSaysFromWhenItsDataAre() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> ((ObjectNode) root.at("/certificate")).put("dataSince", "2026-01-31T08:30:00Z"))
                .folder(temp.resolve("folder"));
        Path file = temp.resolve("file.tminus");
        ModelPackage.pack(folder, file);
        try (ModelPackage open = ModelPackage.open(file)) {
            AdaptiveModel model = open.extract(temp.resolve("out"));
            assertThat(model.certificate().orElseThrow().dataSince()).contains(Instant.parse("2026-01-31T08:30:00Z"));
        }
    }

    @Test
    void unknownMembersAreIgnored() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> root.put("later", 1))
                .folder(temp.resolve("folder"));
        ModelPackage.pack(folder, temp.resolve("file.tminus"));
        ModelPackage.open(temp.resolve("file.tminus")).close();
    }

    @Test
    void costsFollowTheLengthOfTheSequence() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> {
                    root.set(
                            "signature",
                            SampleModel.json(
                                    "{\"inputs\": [{\"name\": \"ids\", \"type\": \"int64\", \"shape\": [\"batch\", \"length\"]}],"
                                            + "\"outputs\": [{\"name\": \"logits\", \"type\": \"float32\", \"shape\": [\"batch\", 3]}],"
                                            + "\"sequence\": {\"input\": \"ids\", \"dimension\": 1, \"maximum\": 100}}"));
                    ((ObjectNode) root.at("/stem/cost")).set("flops", SampleModel.json("[-1, 2, 3]"));
                    ((ObjectNode) root.at("/hidden")).set("shape", SampleModel.json("[\"batch\", \"length\", 4]"));
                })
                .folder(temp.resolve("folder"));
        Files.delete(folder.resolve("preprocessing.json"));
        Files.delete(folder.resolve("golden.json"));
        ModelPackage.pack(folder, temp.resolve("file.tminus"));
        try (ModelPackage open = ModelPackage.open(temp.resolve("file.tminus"))) {
            AdaptiveModel model = open.extract(temp.resolve("out"));
            assertThat(model.stem().cost().flops(10)).isEqualTo(319);
            assertThat(model.signature().sequence().orElseThrow().maximum()).isEqualTo(100);
        }
    }

    @Test
    void aCostThatDipsBelowZeroIsRefused() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> {
                    ((ObjectNode) root.at("/signature/inputs/0")).set("shape", SampleModel.json("[\"batch\", \"n\"]"));
                    ((ObjectNode) root.at("/signature"))
                            .set(
                                    "sequence",
                                    SampleModel.json("{\"input\": \"pixels\", \"dimension\": 1, \"maximum\": 100}"));
                    ((ObjectNode) root.at("/stem/cost")).set("flops", SampleModel.json("[1000, -100, 1]"));
                })
                .folder(temp.resolve("folder"));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .hasMessageContaining("$.stem.cost.flops gives -1500.0 at length 50.0");
    }

    @Test
    void goldenVectorsThatAskForAHugeImageAreRefusedBeforeItIsMade() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0")
                .change(root -> ((ObjectNode) root.at("/signature/inputs/0"))
                        .set("shape", SampleModel.json("[\"batch\", \"channels\", \"height\", \"width\"]")))
                .folder(temp.resolve("folder"));
        Files.writeString(
                folder.resolve("preprocessing.json"),
                SampleModel.preprocessing()
                        .replace("\"width\": 2, \"height\": 2", "\"width\": 16384, \"height\": 16384")
                        .replace("\"channels\": 1", "\"channels\": 2")
                        .replace("[0.5]", "[0.5, 0.5]"));
        Files.writeString(
                folder.resolve("golden.json"),
                SampleModel.golden(0.5f)
                        .replace(
                                "\"width\": 2, \"height\": 2, \"channels\": 1",
                                "\"width\": 1, \"height\": 2, \"channels\": 2"));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .hasMessageContaining("$.vectors[0].inputs.pixels has 16 bytes, but preprocessing gives 2147483648");
    }
}
