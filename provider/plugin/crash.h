// What a crash of the plugin leaves on stderr: "panic: " and the calls that led to it. Terraform
// looks for that word and shows the user what follows, instead of only saying that the plugin did
// not respond.
#pragma once

namespace er::plugin {

// From now on, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, std::terminate and a failed ER_CHECK
// report before the process dies by the signal. The report holds no data of the process: an
// exception is named by its type, since its text could quote a secret.
void InstallCrashReport();

}  // namespace er::plugin
