/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.tminus.failure.ModelFormatException;

class HostileEnsembleTest {
    @Test
    void theUnbentEnsembleIsRead() throws Exception {
        TreeEnsemble ensemble = EnsembleReader.read(Ensembles.small().toBytes());
        float[] result = new float[2];
        ensemble.evaluate(new float[] {0.5f, 0}, ensemble.workspace(), result);
        assertThat(result[0]).isGreaterThan(result[1]);
        ensemble.evaluate(new float[] {Math.nextUp(0.5f), 0}, ensemble.workspace(), result);
        assertThat(result[0]).isLessThan(result[1]);
    }

    @Test
    void walksThatWouldNotEndAreRefused() {
        refused(
                "more than one node",
                bent -> bent.longs.get("nodes_truenodeids").set(0, 0L));
        refused(
                "more than one node",
                bent -> bent.longs.get("nodes_truenodeids").set(0, 2L));
        refused("form a cycle", bent -> {
            bent.branch(0, 3, "BRANCH_LEQ", 0, 0, 4, 5, false);
            bent.branch(0, 4, "BRANCH_LEQ", 0, 0, 3, 6, false);
            bent.leaf(0, 5);
            bent.leaf(0, 6);
        });
        refused("two roots", bent -> bent.leaf(0, 3));
        refused(
                "which its tree does not have",
                bent -> bent.longs.get("nodes_falsenodeids").set(0, 9L));
        refused(
                "which its tree does not have",
                bent -> bent.longs.get("nodes_falsenodeids").set(0, -1L));
        refused("is there twice", bent -> bent.leaf(0, 2));
    }

    @Test
    void indicesOutOfRangeAreRefused() {
        refused(
                "reads feature 2 of 2",
                bent -> bent.longs.get("nodes_featureids").set(0, 2L));
        refused(
                "reads feature -1 of 2",
                bent -> bent.longs.get("nodes_featureids").set(0, -1L));
        refused(
                "reads feature 4294967296",
                bent -> bent.longs.get("nodes_featureids").set(0, 1L << 32));
        refused("votes for class 2 of 2", bent -> bent.longs.get("class_ids").set(0, 2L));
        refused("which is no leaf", bent -> bent.longs.get("class_nodeids").set(0, 0L));
        refused("which is no leaf", bent -> bent.longs.get("class_nodeids").set(0, 7L));
    }

    @Test
    void valuesThatAreNoNumbersAreRefused() {
        refused("compares with NaN", bent -> bent.floats.get("nodes_values").set(0, Float.NaN));
        refused("has the weight NaN", bent -> bent.floats.get("class_weights").set(0, Float.NaN));
        refused(
                "has the weight Infinity",
                bent -> bent.floats.get("class_weights").set(0, Float.POSITIVE_INFINITY));
    }

    @Test
    void listsOfDifferentLengthAreRefused() {
        for (String name : List.of(
                "nodes_nodeids",
                "nodes_featureids",
                "nodes_truenodeids",
                "nodes_falsenodeids",
                "nodes_missing_value_tracks_true",
                "class_treeids",
                "class_nodeids",
                "class_ids")) {
            refused("'" + name + "'", bent -> bent.longs.get(name).remove(0));
        }
        refused("'nodes_values'", bent -> bent.floats.get("nodes_values").remove(0));
        refused("'nodes_modes'", bent -> bent.strings.get("nodes_modes").remove(0));
        refused("'nodes_nodeids'", bent -> bent.longs.get("nodes_treeids").add(0L));
    }

    @Test
    void whatTheEvaluationDoesNotKnowIsRefused() {
        refused("BRANCH_MEMBER", bent -> bent.strings.get("nodes_modes").set(0, "BRANCH_MEMBER"));
        refused("'PROBIT'", bent -> bent.transform = "PROBIT");
        refused("TreeEnsembleRegressor", bent -> bent.operator = "TreeEnsembleRegressor");
        refused("not a float32 matrix", bent -> bent.elementType = OnnxMl.TensorProto.DataType.DOUBLE_VALUE);
        refused("more than one operator", bent -> bent.nodes = 2);
        refused("no operator", bent -> bent.nodes = 0);
        refused("0 features", bent -> bent.features = 0);
        refused("1 classes", bent -> bent.longs.put("classlabels_int64s", List.of(0L)));
        refused("only one has weights", bent -> bent.longs.get("class_ids").set(1, 0L));
        refused("base values", bent -> bent.floats.put("base_values", List.of(1f, 2f)));
        refused("base values", bent -> bent.floats.put("base_values", List.of(1f)));
    }

    @Test
    void aFileThatClaimsMoreThanItHoldsIsRefusedAtOnce() {
        // Field 7, the graph, with a length of 2^31 - 1 and with one beyond 64 bits.
        assertDamaged(new byte[] {0x3A, -1, -1, -1, -1, 7});
        assertDamaged(new byte[] {0x3A, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        assertDamaged(new byte[] {0x3A, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        assertDamaged(new byte[] {0x3B});
        assertDamaged(new byte[] {0x02});
        assertThatThrownBy(() -> EnsembleReader.read(new byte[0])).hasMessageContaining("no graph");
    }

    private static void assertDamaged(byte[] file) {
        assertThatThrownBy(() -> EnsembleReader.read(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void everyTruncatedFileIsRefused() {
        byte[] file = Ensembles.random(new Random(1), 4, 3, 3, List.of("BRANCH_LEQ"), 1)
                .toBytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            // The opset follows the graph, so a cut just behind the graph leaves a whole ensemble.
            try {
                EnsembleReader.read(cut);
                assertThat(length).isGreaterThan(file.length * 9 / 10);
            } catch (ModelFormatException e) {
                assertThat(e.advice()).isNotEmpty();
            }
        }
    }

    @Test
    void damagedFilesEndInAClearErrorOrAnEnsembleThatEnds() {
        Random random = new Random(2);
        byte[] file = Ensembles.random(random, 4, 3, 6, List.of("BRANCH_LEQ", "BRANCH_GT"), 1)
                .toBytes();
        int[] outcomes = new int[2];
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int round = 0; round < 20_000; round++) {
                byte[] bent = file.clone();
                for (int change = 0; change <= random.nextInt(3); change++) {
                    bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
                }
                try {
                    TreeEnsemble ensemble = EnsembleReader.read(bent);
                    ensemble.evaluate(
                            new float[ensemble.features()], ensemble.workspace(), new float[ensemble.classes()]);
                    outcomes[0]++;
                } catch (ModelFormatException e) {
                    outcomes[1]++;
                }
            }
        });
        // Both ways are met, so the test sees what it is for.
        assertThat(outcomes).doesNotContain(0);
    }

    private static void refused(String reason, Consumer<Ensembles> bend) {
        Ensembles ensemble = Ensembles.small();
        bend.accept(ensemble);
        assertThatThrownBy(() -> EnsembleReader.read(ensemble.toBytes()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(reason);
    }
}
