/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Groups;
import org.tminus.models.format.ModelPackage;

class WatchingTest {
    private static final int INPUTS = 6000;

    @TempDir
    Path folder;

    /** The tiny model whose certificate names the default with a limit of 2 %. */
    private Watching watching(@Nullable String headline, Consumer<ObjectNode> change) throws Exception {
        Path here = Files.createTempDirectory(folder, "model");
        Path file = ModelCopy.of(TinyModelFile.write(here), here, model -> {
            ObjectNode certificate = (ObjectNode) model.get("certificate");
            certificate.put("risk", "accuracy-loss");
            certificate.putArray("operatingPoints").add("half");
            certificate.putObject("disagreementLimits").put("half", 0.02);
            change.accept(model);
        });
        try (ModelPackage opened = ModelPackage.open(file)) {
            return Watching.of(opened.extract(here.resolve("out")), headline);
        }
    }

    private static Watching.Watch watch(Watching watching, double disagreement) {
        Random random = new Random(3);
        boolean[] agrees = new boolean[INPUTS];
        for (int row = 0; row < INPUTS; row++) {
            agrees[row] = random.nextDouble() >= disagreement;
        }
        return watching.watch(row -> agrees[row], Groups.single(INPUTS), 1);
    }

    @Test
    void theDefaultIsWatchedByTheLimitThatTheCertificateStates() throws Exception {
        Watching watching = watching("lstm-ppo-open-half", model -> {});

        assertThat(watching.point()).contains("half");
        assertThat(watching.obstacle()).isEmpty();
        assertThat(watch(watching, 0.02)).isEqualTo(new Watching.Watch("held", INPUTS));
        Watching.Watch shifted = watch(watching, 0.06);
        assertThat(shifted.state()).isEqualTo("withdrawn");
        assertThat(shifted.observed()).isLessThan(2000);
    }

    @Test
    void nobodyInventsALimit() throws Exception {
        Watching watching =
                watching("half", model -> ((ObjectNode) model.get("certificate")).remove("disagreementLimits"));

        assertThat(watch(watching, 0.9)).isEqualTo(new Watching.Watch(null, 0));
        assertThat(watching.obstacle()).contains("the certificate states no limit of disagreement for half");
    }

    @Test
    void forDisagreementTheLimitIsWhatIsPromised() throws Exception {
        Watching watching = watching("half", model -> {
            ObjectNode certificate = (ObjectNode) model.get("certificate");
            certificate.put("risk", "disagreement").put("epsilon", 0.3).remove("disagreementLimits");
        });

        assertThat(watch(watching, 0.25).state()).isEqualTo("held");
        assertThat(watch(watching, 0.4).state()).isEqualTo("withdrawn");
    }

    @Test
    void withoutACertificateOfTheDefaultTheHeadlineIsWatchedIfItIsCertified() throws Exception {
        Consumer<ObjectNode> other = model -> {
            ObjectNode certificate = (ObjectNode) model.get("certificate");
            certificate.putArray("operatingPoints").add("lstm-ppo-open-half");
            certificate.putObject("disagreementLimits").put("lstm-ppo-open-half", 0.02);
        };

        assertThat(watching("lstm-ppo-open-half", other).point()).contains("lstm-ppo-open-half");
        Watching neither = watching("half", other);
        assertThat(neither.point()).contains("half");
        assertThat(watch(neither, 0.9).state()).isNull();
        assertThat(neither.obstacle()).contains("the certificate does not hold for half");
        Watching none = watching("half", model -> model.remove("certificate"));
        assertThat(none.obstacle()).contains("the model brings no certificate");
        assertThat(watching(null, model -> model.remove("certificate")).point()).isEmpty();
    }

    @Test
    void oneInputOfEachGroupIsLookedAt() throws Exception {
        Watching watching = watching("half", model -> {});
        Groups groups = Groups.of(new GroupedSentences(new Sentences(INPUTS, 2, 1), 5));
        Set<Integer> asked = IntStream.of(groups.oneEach()).boxed().collect(Collectors.toSet());

        assertThat(watching.watch(asked::contains, groups, 1)).isEqualTo(new Watching.Watch("held", INPUTS / 5));
        assertThat(watching.watch(row -> !asked.contains(row), groups, 1).state())
                .isEqualTo("withdrawn");
    }
}
