/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.failure.RolloutException;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.RolloutState;

/** What follows from what was counted, and what outlives a restart. */
class RolloutBookTest {
    @TempDir
    private Path folder;

    private final ConfigurationHolder configuration = new ConfigurationHolder(new ConfigurationStore(null));
    private final JournalBook journal = new JournalBook(null).start();
    private final List<RolloutSettings> promoted = new ArrayList<>();
    private final AtomicBoolean there = new AtomicBoolean(true);
    private final AtomicInteger renewed = new AtomicInteger();
    private final Set<String> installed = new TreeSet<>();

    private RolloutBook book() {
        RolloutBook book = new RolloutBook(new RolloutStore(folder.resolve("rollouts")), journal, Runnable::run);
        book.listen(settings -> there.get(), () -> installed, renewed::incrementAndGet);
        book.promoteBy(promoted::add);
        book.configure(configuration.current());
        return book;
    }

    private void configure(String name, String... keysAndValues) {
        Map<String, Object> properties = new HashMap<>(Map.of("kind", "policy", "candidate", "new"));
        for (int index = 0; index < keysAndValues.length; index += 2) {
            properties.put(keysAndValues[index], keysAndValues[index + 1]);
        }
        assertThat(configuration.updateRollout("org.tminus.rollout~" + name, properties))
                .as(configuration.problems().toString())
                .isTrue();
    }

    private Rollout atWork(RolloutBook book, String model) {
        return book.atWork(model, configuration.current());
    }

    private static RolloutState state(RolloutBook book, String name) {
        return book.rollouts().stream()
                .filter(rollout -> rollout.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void candidate(Rollout rollout, int times, boolean error, long nanos) {
        for (int request = 0; request < times; request++) {
            rollout.answered(true, error, nanos);
        }
    }

    @Test
    void errorsRollBackAndThatOutlivesARestartUntilTheConfigurationChanges() {
        configure("a", "maxErrorRate", "0.05", "mode", "canary");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        candidate(rollout, 100, false, 1000);
        assertThat(state(book, "a").phase()).isEqualTo("running");
        candidate(rollout, 30, true, 1000);
        assertThat(rollout.isRunning()).isFalse();
        assertThat(state(book, "a").phase()).isEqualTo("rolled back");
        assertThat(state(book, "a").reason()).contains("failed or needed a fall-back");
        assertThat(book.warnings()).singleElement().asString().contains("was rolled back");
        assertThat(renewed).hasValue(1);
        assertThat(atWork(book, "toy")).isNull();
        long counted = state(book, "a").candidateArm().requests();
        candidate(rollout, 5, true, 1000);
        assertThat(state(book, "a").candidateArm().requests()).isEqualTo(counted);

        RolloutBook again = book();
        assertThat(state(again, "a").phase()).isEqualTo("rolled back");
        assertThat(state(again, "a").reason()).contains("failed or needed a fall-back");
        configure("a", "maxErrorRate", "0.06", "mode", "canary");
        again.configure(configuration.current());
        assertThat(state(again, "a").phase()).isEqualTo("running");
        assertThat(state(again, "a").candidateArm().requests()).isZero();
        journal.close();
        assertThat(journal.latest(9, JournalEntry.ROLLOUT_ROLLED_BACK, "a")).hasSize(1);
        assertThat(journal.latest(9, JournalEntry.ROLLOUT_STARTED, "a")).hasSize(2);
    }

    @Test
    void whereNoModelTakesPartTheRolloutSaysWhy() {
        installed.addAll(Set.of("toy", "other"));
        configuration.updateModel("org.tminus.model~toy", Map.of("policy", "mine"));
        configuration.updateModel("org.tminus.model~other", Map.of("policy", "mine", "backend", "cpu"));
        configure("all");
        configure("backends", "kind", "backend");
        configure("elsewhere", "model", "none");
        RolloutBook book = book();
        assertThat(state(book, "all").phase()).isEqualTo("running");
        assertThat(state(book, "all").reason()).contains("No model takes part").contains("own configuration");
        assertThat(state(book, "elsewhere").reason()).contains("'none' is not installed");
        assertThat(state(book, "backends").reason()).as("at work for toy").isEmpty();
        assertThat(book.warnings()).anyMatch(warning -> warning.contains("No model takes part"));
        journal.close();
        assertThat(journal.latest(9, JournalEntry.ROLLOUT_STARTED, "all"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.text()).contains("No model takes part"));
    }

    @Test
    void aRolloutForAllWaitsForThoseOfItsModels() {
        installed.addAll(Set.of("toy", "other"));
        configuration.updateModel("org.tminus.model~other", Map.of("policy", "mine"));
        configure("all");
        configure("toys", "model", "toy");
        RolloutBook book = book();
        assertThat(state(book, "toys").reason()).isEmpty();
        assertThat(state(book, "all").reason()).contains("waits").contains("rollout 'toys'");
        installed.add("third");
        assertThat(state(book, "all").reason()).isEmpty();
    }

    @Test
    void latencyIsJudgedByP95OnceBothSidesHaveEnough() {
        configure("a", "maxLatencyRatio", "1.5", "minimumRequests", "50");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        candidate(rollout, 60, false, 2_000_000);
        for (int request = 0; request < 49; request++) {
            rollout.answered(false, false, 1_000_000);
        }
        candidate(rollout, 1, false, 2_000_000);
        assertThat(rollout.isRunning()).isTrue();
        rollout.answered(false, false, 1_000_000);
        candidate(rollout, 1, false, 2_000_000);
        assertThat(rollout.isRunning()).isFalse();
        assertThat(state(book, "a").reason()).contains("95th percentile").contains("2.0");
    }

    @Test
    void answersThatDifferRollBack() {
        configure("a", "minAgreement", "0.9");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        for (int row = 0; row < 500; row++) {
            rollout.compared(row % 20 != 0);
        }
        assertThat(rollout.isRunning()).isTrue();
        for (int row = 0; row < 60; row++) {
            rollout.compared(row % 2 == 0);
        }
        assertThat(rollout.isRunning()).isFalse();
        assertThat(state(book, "a").reason()).contains("answers differed");
        assertThat(state(book, "a").disagreed()).isBetween(26L, 55L);
    }

    @Test
    void aCandidateThatDoesWellIsPromotedOnce() {
        configure("a", "promoteAfter", "300", "maxErrorRate", "0.1", "model", "toy");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        candidate(rollout, 299, false, 1000);
        assertThat(promoted).isEmpty();
        candidate(rollout, 5, false, 1000);
        assertThat(promoted).singleElement().satisfies(settings -> {
            assertThat(settings.candidate()).isEqualTo("new");
            assertThat(settings.model()).isEqualTo("toy");
        });
        assertThat(state(book, "a").phase()).isEqualTo("promoted");
        assertThat(state(book(), "a").phase()).isEqualTo("promoted");
        assertThat(book.warnings()).isEmpty();
        assertThatThrownBy(() -> book.rollBack("a")).isInstanceOf(RolloutException.class);
    }

    @Test
    void aPromotionThatFailsIsSaidAndTheTrialGoesOn() {
        configure("a", "promoteAfter", "1", "minimumRequests", "1");
        RolloutBook book = book();
        book.promoteBy(settings -> {
            throw new IOException("the disk is full");
        });
        candidate(atWork(book, "toy"), 3, false, 1000);
        assertThat(state(book, "a").phase()).isEqualTo("running");
        assertThat(state(book, "a").reason()).contains("the disk is full");
        assertThatThrownBy(() -> book.promote("a"))
                .isInstanceOf(RolloutException.class)
                .hasMessageContaining("the disk is full");
    }

    @Test
    void aPromotionThatFailsIsTriedAgainEverLater() {
        configure("a", "promoteAfter", "10", "minimumRequests", "1");
        RolloutBook book = book();
        AtomicInteger tries = new AtomicInteger();
        book.promoteBy(settings -> {
            if (tries.incrementAndGet() < 3) {
                throw new IOException("the disk is full");
            }
        });
        Rollout rollout = atWork(book, "toy");
        candidate(rollout, 19, false, 1000);
        assertThat(tries).hasValue(1);
        assertThat(state(book, "a").reason()).contains("the disk is full").contains("again after 20 requests");
        candidate(rollout, 20, false, 1000);
        assertThat(tries).hasValue(2);
        assertThat(state(book, "a").phase()).isEqualTo("running");
        candidate(rollout, 1, false, 1000);
        assertThat(tries).hasValue(3);
        assertThat(state(book, "a").phase()).isEqualTo("promoted");
        assertThat(state(book, "a").reason()).isEqualTo("It did well for 10 requests.");
    }

    @Test
    void whatIsBeingPromotedIsNotRolledBack() throws Exception {
        configure("a", "maxErrorRate", "0.05", "mode", "canary");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        book.promoteBy(settings -> {
            candidate(rollout, 30, true, 1000);
            assertThat(rollout.isRunning()).isTrue();
            assertThatThrownBy(() -> book.rollBack("a"))
                    .isInstanceOf(RolloutException.class)
                    .hasMessageContaining("being promoted");
            assertThatThrownBy(() -> book.promote("a")).hasMessageContaining("being promoted");
            promoted.add(settings);
        });
        book.promote("a");
        assertThat(promoted).hasSize(1);
        assertThat(state(book, "a").phase()).isEqualTo("promoted");
        assertThat(state(book(), "a").phase()).isEqualTo("promoted");
        journal.close();
        assertThat(journal.latest(9, JournalEntry.ROLLOUT_PROMOTED, "a")).hasSize(1);
        assertThat(journal.latest(9, JournalEntry.ROLLOUT_ROLLED_BACK, "a")).isEmpty();
    }

    @Test
    void whatShouldHaveRolledBackDoesSoAfterAPromotionThatFails() {
        configure("a", "maxErrorRate", "0.05", "mode", "canary");
        RolloutBook book = book();
        Rollout rollout = atWork(book, "toy");
        book.promoteBy(settings -> {
            candidate(rollout, 30, true, 1000);
            throw new IOException("the disk is full");
        });
        assertThatThrownBy(() -> book.promote("a")).hasMessageContaining("the disk is full");
        assertThat(rollout.isRunning()).isTrue();
        candidate(rollout, 1, false, 1000);
        assertThat(state(book, "a").phase()).isEqualTo("rolled back");
    }

    @Test
    void whatIsReplacedWhileItsPromotionFailsIsOver() {
        configure("a");
        RolloutBook book = book();
        Rollout before = atWork(book, "toy");
        book.promoteBy(settings -> {
            configure("a", "share", "0.3");
            book.configure(configuration.current());
            throw new IOException("the disk is full");
        });
        assertThatThrownBy(() -> book.promote("a")).hasMessageContaining("the disk is full");
        assertThat(before.isRunning()).isFalse();
        assertThat(state(book, "a").phase()).isEqualTo("running");
    }

    @Test
    void operatorsDecide() throws Exception {
        configure("a");
        RolloutBook book = book();
        assertThatThrownBy(() -> book.promote("b"))
                .isInstanceOf(RolloutException.class)
                .hasMessageContaining("'b'");
        there.set(false);
        assertThatThrownBy(() -> book.promote("a")).hasMessageContaining("not there");
        assertThat(state(book, "a").reason()).contains("not there");
        there.set(true);
        Rollout before = atWork(book, "toy");
        book.rollBack("a");
        assertThatThrownBy(() -> book.promote("a")).hasMessageContaining("rolled back");
        assertThat(atWork(book, "toy")).isNull();
        book.restart("a");
        assertThat(atWork(book, "toy")).isNotNull().isNotSameAs(before);
        assertThat(state(book(), "a").phase()).isEqualTo("running");
        book.promote("a");
        assertThat(state(book, "a").phase()).isEqualTo("promoted");
        assertThat(promoted).hasSize(1);
    }

    @Test
    void oneRolloutIsAtWorkForAModelAtATime() throws Exception {
        configure("b-all");
        configure("c-toy", "model", "toy");
        configure("d-toy", "model", "toy", "kind", "backend");
        installed.add("toy");
        RolloutBook book = book();
        assertThat(atWork(book, "toy").settings().name()).isEqualTo("c-toy");
        assertThat(atWork(book, "other").settings().name()).isEqualTo("b-all");
        assertThat(state(book, "d-toy").reason()).contains("waits").contains("c-toy");
        book.rollBack("c-toy");
        assertThat(atWork(book, "toy").settings().name()).isEqualTo("d-toy");
        // Models with a setting of their own would not follow a promotion.
        configuration.updateModel("org.tminus.model~other", Map.of("policy", "mine"));
        assertThat(atWork(book, "other")).isNull();
    }

    @Test
    void aVersionIsHeldBackUntilItIsPromoted() throws Exception {
        configure("a", "kind", "model", "candidate", "2.0", "model", "toy");
        RolloutBook book = book();
        assertThat(book.heldBack("toy")).containsExactly(new Version(2, 0, 0));
        assertThat(book.heldBack("other")).isEmpty();
        book.rollBack("a");
        assertThat(book.heldBack("toy")).isNotEmpty();
        book.restart("a");
        book.promote("a");
        assertThat(book.heldBack("toy")).isEmpty();
    }

    @Test
    void whatIsNoLongerConfiguredLeavesNoTrace() throws Exception {
        configure("a");
        RolloutBook book = book();
        book.rollBack("a");
        configuration.removeRollout("org.tminus.rollout~a");
        book.configure(configuration.current());
        assertThat(book.rollouts()).isEmpty();
        assertThat(Files.readString(folder.resolve("rollouts"))).doesNotContain("ROLLED_BACK");
        configure("a");
        book.configure(configuration.current());
        assertThat(state(book, "a").phase()).isEqualTo("running");
    }

    @Test
    void damagedStorageIsNoObstacle() throws Exception {
        Files.writeString(folder.resolve("rollouts"), "phase|a=\\uZZZZ");
        configure("a");
        assertThat(state(book(), "a").phase()).isEqualTo("running");
    }

    @Test
    void drawsFollowFromTheNumberAloneAndDifferBetweenRollouts() {
        configure("a", "share", "0.2");
        configure("b", "share", "0.2", "model", "toy");
        RolloutBook book = book();
        Rollout a = atWork(book, "other");
        Rollout b = atWork(book, "toy");
        int drawn = 0;
        int both = 0;
        for (long id = 0; id < 20_000; id++) {
            assertThat(a.isDrawn(id)).isEqualTo(a.isDrawn(id));
            drawn += a.isDrawn(id) ? 1 : 0;
            both += a.isDrawn(id) && b.isDrawn(id) ? 1 : 0;
        }
        assertThat(drawn).isBetween(3_800, 4_200);
        assertThat(both).isBetween(650, 950);
    }
}
