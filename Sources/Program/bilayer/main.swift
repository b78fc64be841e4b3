// The `bilayer` executable. Everything it does is in BilayerCommands, where it can be tested.

import BilayerCommands
import Glibc

letWaitingThreadsSleep()
exit(runBilayer(arguments: Array(CommandLine.arguments.dropFirst())))
