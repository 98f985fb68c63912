/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.energypolicy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.tminus.policy.Policy;
import org.tminus.tck.PolicyContract;

/** At a fixed hour, so that the same request is decided the same way. */
class EnergyPolicyTest extends PolicyContract {
    @Override
    protected Policy policy() {
        Clock clock = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);
        return new EnergyPolicy(new Rules(22, 6, 0.3, 60, 30, 0.5), clock);
    }
}
