/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CertifierTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    private static List<String> ids(String prefix, int inputs) {
        return IntStream.range(0, inputs).mapToObj(i -> prefix + i).toList();
    }

    private static LossMatrix matrix(Risk risk, int inputs, double... means) {
        SplittableRandom random = new SplittableRandom(3);
        byte[][] losses = new byte[means.length][];
        List<String> points = new ArrayList<>();
        for (int i = 0; i < means.length; i++) {
            losses[i] = Losses.of(means[i], risk == Risk.DISAGREEMENT ? means[i] : 0.02)
                    .draw(inputs, random);
            points.add("p" + i);
        }
        return LossMatrix.of(risk, points, ids("x", inputs), losses);
    }

    @Test
    void stopsAtTheFirstPointThatFails() {
        Certification certification = Certifier.certify(matrix(Risk.DISAGREEMENT, 5000, 0, 0.002, 0.05, 0), 0.01, 0.05);
        assertThat(certification.certified()).containsExactly("p0", "p1");
        assertThat(certification.tests().get(2).reached()).isTrue();
        assertThat(certification.tests().get(2).certified()).isFalse();
        // Good as it is, it stands behind one that failed.
        assertThat(certification.tests().get(3).pValue()).isLessThan(0.05);
        assertThat(certification.tests().get(3).reached()).isFalse();
        assertThat(certification.tests().get(3).certified()).isFalse();
        assertThat(certification.sentence()).contains("at most 1 points", "0.95", "p0, p1");
    }

    @Test
    void saysWhatIsMissingIfNothingIsCertified() {
        Certification certification = Certifier.certify(matrix(Risk.ACCURACY_LOSS, 1000, 0.01), 0.003, 0.05);
        assertThat(certification.certified()).isEmpty();
        assertThat(certification.sentence())
                .startsWith("Not certifiable with n = 1000")
                .contains("Full depth");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CertificateResult.of(
                        certification,
                        matrix(Risk.DISAGREEMENT, 1000, 0),
                        OptionalDouble.empty(),
                        Map.of(),
                        "fp32",
                        1e-4));
    }

    @Test
    void theOrderOfTheInputsCannotBeChosen() {
        LossMatrix given = matrix(Risk.ACCURACY_LOSS, 500, 0.01);
        List<Integer> order = new ArrayList<>(IntStream.range(0, 500).boxed().toList());
        Collections.shuffle(order, new Random(1));
        byte[] shuffled = new byte[500];
        List<String> ids = new ArrayList<>();
        List<String> sorted = ids("x", 500);
        byte[] raw = new byte[500];
        Arrays.fill(raw, 0, 5, (byte) 1);
        for (int i = 0; i < 500; i++) {
            shuffled[i] = raw[order.get(i)];
            ids.add(sorted.get(order.get(i)));
        }
        LossMatrix first = LossMatrix.of(Risk.ACCURACY_LOSS, List.of("a"), sorted, new byte[][] {raw});
        LossMatrix second = LossMatrix.of(Risk.ACCURACY_LOSS, List.of("a"), ids, new byte[][] {shuffled});
        assertThat(first.losses(0)).isEqualTo(second.losses(0)).isNotEqualTo(raw);
        assertThat(given.inputs()).isEqualTo(500);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LossMatrix.of(Risk.ACCURACY_LOSS, List.of("a"), List.of("x", "x"), new byte[][] {{0, 0}}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LossMatrix.of(Risk.DISAGREEMENT, List.of("a"), List.of("x"), new byte[][] {{-1}}));
    }

    @Test
    void aCertificateIsNamedByAllThatItSays() {
        LossMatrix losses = matrix(Risk.ACCURACY_LOSS, 20_000, -0.002);
        Certification certification = Certifier.certify(losses, 0.004, 0.05);
        LossMatrix disagreement = matrix(Risk.DISAGREEMENT, 20_000, 0.03);
        OptionalDouble argmax = OptionalDouble.empty();
        CertificateResult one =
                CertificateResult.of(certification, disagreement, argmax, Map.of("model.onnx", HASH), "fp32", 1e-4);
        assertThat(one.disagreementLimits().get("p0")).isBetween(0.03, 0.036);
        assertThat(one.identity()).hasSize(64);
        assertThat(one.toJson())
                .contains("\"risk\":\"accuracy-loss\"", "\"inputs\":20000", "\"method\":\"betting-wsr\"")
                .endsWith(",\"agreement\":{\"rule\":\"argmax\"}}");
        CertificateResult other = CertificateResult.of(
                certification, disagreement, argmax, Map.of("model.onnx", HASH.replace('0', '1')), "fp32", 1e-4);
        assertThat(other.identity()).isNotEqualTo(one.identity());
        CertificateResult dated = one.onDataSince(Optional.of(Instant.parse("2026-01-31T00:00:00Z")));
        assertThat(dated.toJson()).endsWith(",\"dataSince\":\"2026-01-31T00:00:00Z\"}");
        assertThat(dated.identity()).isNotEqualTo(one.identity());
        assertThat(dated.onDataSince(Optional.empty())).isEqualTo(one);
        assertThat(CertificateResult.menuHash(List.of("a+b>x")))
                .isNotEqualTo(CertificateResult.menuHash(List.of("a>x")))
                .hasSize(64);
    }

    @Test
    void aCertificateSaysFromWhichCosineAnswersWereTheSame() {
        LossMatrix disagreement = matrix(Risk.DISAGREEMENT, 5000, 0.002);
        Certification certification = Certifier.certify(disagreement, 0.01, 0.05);
        Map<String, String> hashes = Map.of("model.onnx", HASH);
        CertificateResult cosine =
                CertificateResult.of(certification, disagreement, OptionalDouble.of(0.95), hashes, "fp32", 1e-4);
        assertThat(cosine.toJson()).endsWith(",\"agreement\":{\"rule\":\"cosine\",\"atLeast\":0.95}}");
        assertThat(cosine.identity())
                .isNotEqualTo(
                        CertificateResult.of(certification, disagreement, OptionalDouble.of(0.99), hashes, "fp32", 1e-4)
                                .identity());
        for (double outside : new double[] {0, -0.5, 1.01, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CertificateResult.of(
                            certification, disagreement, OptionalDouble.of(outside), hashes, "fp32", 1e-4))
                    .withMessageContaining("keptCosine");
        }
    }

    @Test
    void bothSidesOfRealDataAgreeWithTheCertificate() {
        LossMatrix all = matrix(Risk.ACCURACY_LOSS, 8000, -0.004, 0.003)
                .with(LossMatrix.of(Risk.ACCURACY_LOSS, List.of("p0", "p1"), ids("y", 4000), new byte[][] {
                    new byte[4000], new byte[4000]
                }));
        assertThat(all.inputs()).isEqualTo(12_000);
        Validity.Resplits good = Validity.resplits(all, 0.006, 0.1, 100, 7, Validity.Progress.NONE);
        assertThat(good.certifiedIn()).isGreaterThan(50);
        assertThat(good.violationsIn()).isLessThan(20);
        // Certified on a part that happens to be good, of data that are not: this must be seen on the other part.
        Validity.Resplits bad = Validity.resplits(
                matrix(Risk.DISAGREEMENT, 2000, 0.08),
                0.05,
                0.9,
                TestMethod.EXACT_BINOMIAL,
                0.1,
                100,
                7,
                Validity.Progress.NONE);
        assertThat(bad.certifiedIn()).isPositive();
        assertThat(bad.violationsIn()).isPositive();
    }
}
