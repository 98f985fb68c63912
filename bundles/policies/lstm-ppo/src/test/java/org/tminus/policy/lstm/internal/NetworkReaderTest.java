/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.PolicyDescription;

class NetworkReaderTest {
    private static final int LAYERS = 3;

    @Test
    void weightsAreReadWhicheverWayTheyAreWritten() throws Exception {
        Networks source = small();
        LstmNetwork raw = NetworkReader.read(source.toBytes(), source.description(), LAYERS);
        source.raw = false;
        LstmNetwork listed = NetworkReader.read(source.toBytes(), source.description(), LAYERS);

        assertThat(logits(raw)).isEqualTo(logits(listed));
        assertThat(logits(raw)).doesNotContain(Float.NaN).doesNotHaveDuplicates();
    }

    private static float[] logits(LstmNetwork network) {
        float[] states = new float[network.hidden()];
        float[] logits = new float[network.actions()];
        network.step(
                new float[network.features()], states, new float[network.hidden()], 0, new float[4 * network.hidden()]);
        for (int action = 0; action < logits.length; action++) {
            logits[action] = network.logit(states, 0, action);
        }
        return logits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm.weight_x", "lstm.weight_h", "lstm.bias", "actor.weight", "actor.bias"})
    void aWeightThatIsMissingTwiceOrNoNumberIsRefused(String name) {
        refused("no initializer '" + name + "'", bent -> bent.weights.remove(name));
        refused(
                "'" + name + "' twice",
                bent -> bent.bendModel = model -> {
                    TensorProto again = model.getGraph().getInitializerList().stream()
                            .filter(tensor -> tensor.getName().equals(name))
                            .findFirst()
                            .orElseThrow();
                    model.getGraphBuilder().addInitializer(again);
                });
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            refused(
                    "'" + name + "' holds the value " + bad,
                    bent -> bent.weights.get(name)[1] = bad);
        }
        refused("'" + name + "' has the shape", bent -> bent.shapes.put(name, new long[] {1, 2, 3}));
        refused("'" + name + "' has the shape", bent -> bent.shapes.put(name, new long[] {1L << 62, 4}));
        refused("'" + name + "' has the shape", bent -> bent.shapes.put(name, new long[] {-4}));
        refused("'" + name + "' has the shape", bent -> bent.shapes.put(name, new long[0]));
        refused("more than 64 dimensions", bent -> bent.shapes.put(name, new long[65]));
        refused(
                "'" + name + "' has the shape",
                bent -> bent.weights.put(
                        name, Arrays.copyOf(bent.weights.get(name), bent.weights.get(name).length - 1)));
        refused(
                "'" + name + "' is not float32 inside the file",
                bent -> bent.bendTensor = tensor -> {
                    if (tensor.getName().equals(name)) {
                        tensor.setDataType(TensorProto.DataType.DOUBLE_VALUE);
                    }
                });
        refused(
                "'" + name + "' is not float32 inside the file",
                bent -> bent.bendTensor = tensor -> {
                    if (tensor.getName().equals(name)) {
                        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tminus.policy", "loop", "features", "hidden", "actions", "complexityClasses"})
    void aPropertyThatIsMissingTwiceOrAnotherIsRefused(String key) {
        refused("'" + key + "' is missing", bent -> bent.properties.remove(key));
        refused("'" + key + "' is '99?'", bent -> bent.properties.put(key, "99\u202e"));
        refused(
                "twice",
                bent -> bent.bendModel = model -> model.addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey(key).setValue("1")));
    }

    @Test
    void theObservationIsOfAVersionThatIsKnown() throws Exception {
        Networks bent = small();
        assertThat(NetworkReader.read(bent.toBytes(), bent.description(), LAYERS)
                        .observation())
                .isEqualTo(1);
        bent.properties.put("observation", "2");
        assertThat(NetworkReader.read(bent.toBytes(), bent.description(), LAYERS)
                        .observation())
                .isEqualTo(2);
        refused("version '3' of the observation", other -> other.properties.put("observation", "3"));
    }

    @Test
    void aPolicyForAnotherModelIsRefused() {
        Networks source = small();
        byte[] file = source.toBytes();
        assertThatThrownBy(() -> NetworkReader.read(file, source.description(), LAYERS + 1))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("'actions' is '4', but the model needs '5'");
        assertThatThrownBy(() -> NetworkReader.read(
                        file, new PolicyDescription("lstm-ppo-open", "policy-open.onnx", "open", 3, 6), LAYERS))
                .hasMessageContaining("'features' is '13', but the model needs '14'");
    }

    @Test
    void graphsThatAreMissingOrTwoAreRefused() {
        refused("no graph", bent -> bent.bendModel = ModelProto.Builder::clearGraph);
        byte[] file = small().toBytes();
        byte[] twice = Arrays.copyOf(file, 2 * file.length);
        System.arraycopy(file, 0, twice, file.length, file.length);
        assertThatThrownBy(() -> NetworkReader.read(twice, small().description(), LAYERS))
                .hasMessageContaining("two graphs");
        assertThatThrownBy(() -> NetworkReader.read(new byte[0], small().description(), LAYERS))
                .hasMessageContaining("no graph");
    }

    @Test
    void everyTruncatedFileIsRefused() {
        byte[] file = small().toBytes();
        // The last property is not one that is needed.
        int needed = file.length - 12;
        for (int length = 0; length < needed; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> NetworkReader.read(cut, small().description(), LAYERS))
                    .as("cut to %s of %s", length, file.length)
                    .isInstanceOf(ModelFormatException.class);
        }
    }

    @Test
    void damagedFilesEndInAClearErrorOrANetworkOfNumbers() {
        Random random = new Random(2);
        Networks source = small();
        byte[] file = source.toBytes();
        int[] outcomes = new int[2];
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int round = 0; round < 20_000; round++) {
                byte[] bent = file.clone();
                for (int change = 0; change <= random.nextInt(3); change++) {
                    bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
                }
                try {
                    LstmNetwork network = NetworkReader.read(bent, source.description(), LAYERS);
                    assertThat(logits(network)).hasSize(LAYERS + 1);
                    outcomes[0]++;
                } catch (ModelFormatException e) {
                    assertThat(e.getMessage()).startsWith("The policy ");
                    assertThat(e.advice()).isNotEmpty();
                    outcomes[1]++;
                }
            }
        });
        // Both ways are met, so the test sees what it is for.
        assertThat(outcomes).doesNotContain(0);
    }

    private static Networks small() {
        return Networks.random(1, "open", 2, 6, LAYERS, 1);
    }

    private static void refused(String reason, Consumer<Networks> bend) {
        Networks networks = small();
        bend.accept(networks);
        byte[] file = networks.toBytes();
        assertThatThrownBy(() -> NetworkReader.read(file, networks.description(), LAYERS))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(reason);
    }
}
