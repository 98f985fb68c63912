/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs a test of a contract as a build of an author would, and expects a finding. */
final class Verdict {
    private Verdict() {}

    static void expectFinding(Class<?> contract, String test, String words) {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(contract, test))
                .execute()
                .testEvents()
                .assertThatEvents()
                .haveAtLeast(
                        1,
                        event(finishedWithFailure(instanceOf(Finding.class), message(text -> text.contains(words)))));
    }

    static void expectNothing(Class<?> contract, String test) {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(contract, test))
                .execute()
                .testEvents()
                .assertStatistics(statistics -> statistics.failed(0).aborted(0));
    }
}
