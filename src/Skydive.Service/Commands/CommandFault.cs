using System.CommandLine;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Services;

namespace Skydive.Service.Commands;

/// <summary>Tells on standard error why a command failed: a sentence for people, JSON on one line for programs.</summary>
internal static class CommandFault
{
    public static void Tell(ParseResult result, Option<string> format, CommandError error) =>
        result.InvocationConfiguration.Error.WriteLine(result.GetValue(format) == "json"
            ? JsonSerializer.Serialize(error, ContractsJsonContext.Default.CommandError)
            : error.Advice is null ? $"skydive: {error.Message}" : $"skydive: {error.Message.TrimEnd('.')}. {error.Advice}");
}
