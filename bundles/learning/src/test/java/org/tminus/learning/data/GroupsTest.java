/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.tensor.HostTensor;

class GroupsTest {
    private record Named(List<String> ids, List<String> groups) implements Examples {
        @Override
        public int size() {
            return ids.size();
        }

        @Override
        public String id(int row) {
            return ids.get(row);
        }

        @Override
        public String group(int row) {
            return groups.isEmpty() ? Examples.super.group(row) : groups.get(row);
        }

        @Override
        public int label(int row) {
            return -1;
        }

        @Override
        public int length(int row) {
            return 0;
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            return Map.of();
        }

        @Override
        public Display display(int row) {
            return new Display.Text("");
        }
    }

    @Test
    void examplesOfOneGroupHaveOneNumberAndOneThatStandsForThem() {
        List<String> ids = List.of("a", "b", "c", "d", "e");
        Groups groups = Groups.of(new Named(ids, List.of("x", "y", "x", "y", "z")));

        assertThat(groups.rows()).isEqualTo(5);
        assertThat(groups.count()).isEqualTo(3);
        assertThat(groups.areSingle()).isFalse();
        assertThat(IntStream.range(0, 5).map(groups::of)).containsExactly(0, 1, 0, 1, 2);
        // SHA-256 begins with ca (a), 3e (b), 2e (c), 18 (d).
        assertThat(groups.oneEach()).containsExactly(2, 3, 4);
    }

    @Test
    void theOrderOfExamplesDoesNotDecideWhoStandsForAGroup() {
        Groups groups = Groups.of(new Named(List.of("c", "a"), List.of("x", "x")));
        assertThat(groups.oneEach()).containsExactly(0);
    }

    @Test
    void withoutGroupsEveryExampleStandsForItself() {
        Groups groups = Groups.of(new Named(List.of("a", "b", "c"), List.of()));
        assertThat(groups.areSingle()).isTrue();
        assertThat(groups.oneEach()).containsExactly(0, 1, 2);
        assertThat(Groups.of(new Named(List.of(), List.of())).count()).isZero();
    }

    @Test
    void heldOutExamplesAreNeverLearnedFrom() {
        int[][] parts = Groups.single(1000).heldOut(0.25);
        assertThat(parts[1]).hasSize(250);
        assertThat(parts[0]).hasSize(750).doesNotContain(parts[1]);
    }

    @Test
    void noGroupIsDivided() {
        List<String> ids = IntStream.range(0, 600).mapToObj(String::valueOf).toList();
        // One group of 100 examples, and others of one to four.
        List<String> names = IntStream.range(0, 600)
                .mapToObj(i -> i % 6 == 0 ? "large" : "g" + (i * i) % 211)
                .toList();
        Groups groups = Groups.of(new Named(ids, names));

        int[] folds = groups.folds(5, 3);
        int[][] parts = groups.heldOut(0.25);

        int[] partOf = new int[600];
        for (int row : parts[1]) {
            partOf[row] = 1;
        }
        for (int row = 0; row < 600; row++) {
            for (int other = 0; other < row; other++) {
                if (groups.of(row) == groups.of(other)) {
                    assertThat(folds[row]).isEqualTo(folds[other]);
                    assertThat(partOf[row]).isEqualTo(partOf[other]);
                }
            }
        }
        assertThat(parts[1]).hasSizeBetween(150, 250);
        assertThat(parts[0]).hasSize(600 - parts[1].length);
        assertThat(IntStream.of(folds).distinct().sorted()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void foldsHoldAboutAsManyGroups() {
        int[] count = new int[5];
        for (int fold : Groups.single(1002).folds(5, 1)) {
            count[fold]++;
        }
        assertThat(IntStream.of(count)).allMatch(each -> each == 200 || each == 201);
    }
}
