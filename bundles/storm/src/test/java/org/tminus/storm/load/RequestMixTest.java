/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tminus.storm.load.RequestMix.Draft;
import org.tminus.storm.load.RequestMix.Way;

class RequestMixTest {

    @Test
    void everyWayPolicyAndSizeComes() {
        List<Draft> drafts = Stream.generate(new RequestMix(1, 50, List.of("a", "b"))::next)
                .limit(2000)
                .toList();

        assertThat(drafts).extracting(Draft::way).containsAll(EnumSet.allOf(Way.class));
        Set<Object> policies = new HashSet<>();
        drafts.forEach(draft -> policies.add(String.valueOf(draft.policy())));
        assertThat(policies).containsExactlyInAnyOrder("a", "b", "null");
        assertThat(drafts).extracting(draft -> draft.inputs().length).contains(1, 2, 8);
        assertThat(drafts).allMatch(draft -> IntStream.of(draft.inputs()).allMatch(input -> input >= 0 && input < 50));
        assertThat(drafts)
                .anyMatch(draft -> draft.flopsRatio() < 1)
                .anyMatch(draft -> Double.isNaN(draft.flopsRatio()));
    }

    @Test
    void theSameSeedDrawsTheSame() {
        RequestMix one = new RequestMix(7, 50, List.of("a"));
        RequestMix other = new RequestMix(7, 50, List.of("a"));

        for (int draft = 0; draft < 100; draft++) {
            assertThat(one.next().inputs()).isEqualTo(other.next().inputs());
        }
    }
}
