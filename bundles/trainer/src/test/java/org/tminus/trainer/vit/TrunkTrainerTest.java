/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Purpose;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.SyntheticImages;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.SplitAccess;

class TrunkTrainerTest {
    private static final VitConfig SMALL = new VitConfig(28, 1, 7, 4, 16, 2, 32, 10, true);
    private static final Distillation ALL_PARTS = new Distillation(1, 0.25, 0.1, 0.1, 1.5, 0.5, 0.3);

    private final SplitAccess data = DataSplits.of(
                    SyntheticImages.of("train", 500, 1), SyntheticImages.of("test", 50, 2), 3)
            .accessFor(Purpose.TRAINING);

    @TempDir
    Path folder;

    @Test
    void aSecondRunGivesTheSameBytes() throws IOException {
        train("a", 2, () -> false);
        train("b", 2, () -> false);
        assertThat(folder.resolve("a/trunk.checkpoint")).hasSameBinaryContentAs(folder.resolve("b/trunk.checkpoint"));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeTheResult() throws IOException {
        train("one", 1, () -> false);
        train("two", 2, () -> false);
        assertThat(folder.resolve("one/trunk.checkpoint"))
                .hasSameBinaryContentAs(folder.resolve("two/trunk.checkpoint"));
    }

    @Test
    void anInterruptedRunEndsLikeAnUninterruptedOne() throws IOException {
        train("whole", 2, () -> false);
        AtomicInteger steps = new AtomicInteger();
        assertThat(train("parts", 2, () -> steps.incrementAndGet() == 7)).isNull();
        assertThat(train("parts", 2, () -> false)).isNotNull();
        assertThat(folder.resolve("parts/trunk.checkpoint"))
                .hasSameBinaryContentAs(folder.resolve("whole/trunk.checkpoint"));
    }

    @Test
    void anotherSeedGivesOtherWeights() throws IOException {
        TrunkResult first = train("first", options(2, 5), () -> false);
        TrunkResult second = train("second", options(2, 6), () -> false);
        assertThat(first).isNotNull();
        assertThat(second).isNotNull();
        assertThat(first.weights()).isNotEqualTo(second.weights());
    }

    @Test
    void learnsAnEasyTask() throws IOException {
        TrunkOptions options =
                new TrunkOptions(12, 0, 20, 2, 2, 3e-3, 10, 0.01, 1.0, 5, Augmentation.NONE, ALL_PARTS, 1000);
        TrunkResult result = train("easy", options, () -> false);
        assertThat(result).isNotNull();
        assertThat(result.decisionAccuracy()).isGreaterThan(0.6);
    }

    @Test
    void refusesTheCheckpointOfAnotherRun() throws IOException {
        train("run", options(2, 5), () -> true);
        assertThatThrownBy(() -> train("run", options(2, 6), () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other options or data");
    }

    @Test
    void refusesADamagedCheckpoint() throws IOException {
        train("run", options(2, 5), () -> true);
        Path file = folder.resolve("run/trunk.checkpoint");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> train("run", options(2, 5), () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void theLearningRateWarmsUpFallsAndRestartsAtHalfThePeak() {
        TrunkOptions options = TrunkOptions.reference(4, 2, 1);
        assertThat(options.rate(0, 1000)).isLessThan(1e-5);
        assertThat(options.rate(300, 1000)).isCloseTo(1e-3, within(2e-5));
        assertThat(options.rate(3999, 1000)).isCloseTo(1e-5, within(1e-6));
        assertThat(options.rate(4000, 1000)).isCloseTo(5e-4, within(1e-6));
        assertThat(options.rate(5999, 1000)).isCloseTo(5e-6, within(1e-6));
    }

    private @Nullable TrunkResult train(String name, int threads, BooleanSupplier stop) throws IOException {
        return train(name, options(threads, 5), stop);
    }

    private @Nullable TrunkResult train(String name, TrunkOptions options, BooleanSupplier stop) throws IOException {
        return new TrunkTrainer(SMALL, options, data, Normalisation.FASHION, ProgressListener.NONE)
                .train(folder.resolve(name), stop);
    }

    private static TrunkOptions options(int threads, long seed) {
        return new TrunkOptions(
                1, 1, 20, 2, threads, 1e-3, 5, 0.05, 1.0, seed, new Augmentation(1, true, 0.5), ALL_PARTS, 4);
    }
}
