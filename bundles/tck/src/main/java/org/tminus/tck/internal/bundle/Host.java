/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.util.List;
import java.util.Map;

/**
 * What a bundle finds in the framework besides the contracts.
 *
 * @param neighbours symbolic names of bundles on the class path that are installed before it
 * @param packages of the class path that the framework exports, as in an Export-Package header
 * @param services of the class path, by their type
 * @param configurations by PID
 */
public record Host(
        List<String> neighbours,
        List<String> packages,
        Map<Class<?>, Object> services,
        Map<String, Map<String, Object>> configurations) {}
