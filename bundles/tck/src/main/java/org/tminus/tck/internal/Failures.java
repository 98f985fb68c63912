/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.tck.Finding;

/** Judges what a plugin throws. */
public final class Failures {
    /** A call of the plugin. */
    public interface Call {
        void run() throws Exception;
    }

    private Failures() {}

    /** Expects exactly this kind of failure, or a kind of it. */
    public static void expect(Class<? extends Throwable> type, String when, String advice, Call call) {
        Throwable thrown = thrown(call);
        if (!type.isInstance(thrown)) {
            throw finding(
                    when + ", " + (thrown == null ? "nothing was thrown." : "it threw " + thrown + "."),
                    article(type) + " " + type.getSimpleName() + ".",
                    advice,
                    thrown);
        }
        if (thrown instanceof TminusException failure) {
            expectWords(failure, when);
        }
    }

    /** Allows a call to fail by a {@link TminusException} with words, and by nothing else. */
    public static <T> @Nullable T allowRefusal(String when, Callable<T> call) {
        try {
            return call.call();
        } catch (TminusException e) {
            expectWords(e, when);
            return null;
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw finding(
                    when + ", it threw " + e + ".",
                    "A useful answer, or a TminusException.",
                    "Check what you are given, and refuse it by an InvalidRequestException that says what was found"
                            + " and expected.",
                    e);
        }
    }

    private static void expectWords(TminusException failure, String when) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            throw Finding.of(
                    when + ", it threw a " + failure.getClass().getSimpleName() + " without a message.",
                    "A message with what was found and what was expected.",
                    "Give the exception a message that people can act on.",
                    failure);
        }
        boolean needsAdvice = !failure.getClass().getSimpleName().contains("Cancelled");
        if (needsAdvice && failure.advice().isBlank()) {
            throw Finding.of(
                    when + ", it threw a " + failure.getClass().getSimpleName() + " without advice: " + message,
                    "Advice: what the reader can do about it, as a sentence.",
                    "Give the second argument of the exception.",
                    failure);
        }
    }

    /** What the call throws. */
    public static @Nullable Throwable thrown(Call call) {
        try {
            call.run();
            return null;
        } catch (Exception | LinkageError | StackOverflowError e) {
            return e;
        }
    }

    private static Finding finding(String found, String expected, String advice, @Nullable Throwable cause) {
        return cause == null ? Finding.of(found, expected, advice) : Finding.of(found, expected, advice, cause);
    }

    private static String article(Class<?> type) {
        return "AEIOU".indexOf(type.getSimpleName().charAt(0)) >= 0 ? "An" : "A";
    }
}
