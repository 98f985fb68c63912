/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.energypolicy;

import java.util.Map;
import org.tminus.tck.BundleContract;

class EnergyPolicyBundleTest extends BundleContract {
    @Override
    protected Map<String, Map<String, Object>> configurations() {
        return Map.of(EnergyPolicy.PID, Map.of("quietRatio", 0.2));
    }
}
