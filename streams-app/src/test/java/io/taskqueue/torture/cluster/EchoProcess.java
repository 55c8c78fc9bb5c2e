package io.taskqueue.torture.cluster;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A child process for tests: it states that it works, and answers each command with its arguments and the command. */
public final class EchoProcess {

    private EchoProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        BlockingQueue<String> commands = new LinkedBlockingQueue<>();
        ParentInput.listen(commands::add);
        String own = arguments.length > 0 ? arguments[0] : ParentInput.awaitArguments(commands)[0];
        ParentInput.answer(TortureProcess.READY);
        for (String command = commands.take(); !command.equals("end"); command = commands.take()) {
            ParentInput.answer(own + " " + command);
        }
        Runtime.getRuntime().halt(7);
    }
}
