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
}
