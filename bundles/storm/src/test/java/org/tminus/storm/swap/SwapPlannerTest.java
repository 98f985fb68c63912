/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SwapPlannerTest {
    private static final Map<Kind, List<String>> TARGETS = Map.of(
            Kind.POLICY, List.of("fixed", "budget"),
            Kind.PREDICTOR, List.of("trees"),
            Kind.BACKEND, List.of("cpu", "standby"));

    private final SwapPlanner planner = new SwapPlanner(1, TARGETS);

    @Test
    void everyActionComesForEveryKind() {
        List<Swap> swaps = draw(2000, true);

        assertThat(swaps).extracting(Swap::kind).containsAll(EnumSet.allOf(Kind.class));
        assertThat(swaps).extracting(Swap::action).containsAll(EnumSet.allOf(Action.class));
        assertThat(swaps)
                .filteredOn(swap -> swap.kind() == Kind.BACKEND)
                .extracting(Swap::target)
                .contains("cpu", "standby");
    }

    @Test
    void halfOfTheModelSwapsAreBad() {
        List<Swap> models = draw(2000, true).stream()
                .filter(swap -> swap.kind() == Kind.MODEL)
                .toList();

        long bad = models.stream()
                .filter(swap -> Action.BAD_MODELS.contains(swap.action()))
                .count();
        assertThat(bad).isBetween(models.size() / 2L - 1, models.size() / 2L + 1);
    }

    @Test
    void nothingIsTakenDownWhileThatIsForbidden() {
        assertThat(draw(500, false)).noneMatch(swap -> swap.action().takesDown());
    }

    @Test
    void onlyFreeKindsAreDrawn() {
        for (int swap = 0; swap < 100; swap++) {
            assertThat(Objects.requireNonNull(planner.next(kind -> kind == Kind.PREDICTOR, true))
                            .kind())
                    .isEqualTo(Kind.PREDICTOR);
        }
        assertThat(planner.next(kind -> false, true)).isNull();
    }

    @Test
    void theSameSeedDrawsTheSame() {
        SwapPlanner other = new SwapPlanner(1, TARGETS);

        for (int swap = 0; swap < 100; swap++) {
            assertThat(planner.next(kind -> true, true)).isEqualTo(other.next(kind -> true, true));
        }
    }

    private List<Swap> draw(int count, boolean mayTakeDown) {
        List<Swap> swaps = new ArrayList<>();
        for (int swap = 0; swap < count; swap++) {
            swaps.add(Objects.requireNonNull(planner.next(kind -> true, mayTakeDown)));
        }
        return swaps;
    }
}
