using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts;
using Skydive.Contracts.Services;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>What the commands share that concern services of this host, through the program of the service.</summary>
public abstract class LocalCommand : SkydiveCommand
{
    /// <summary>The name of a role as the program has it.</summary>
    private protected static string NameOf(ServiceRole role) => role.ToString().ToLowerInvariant();

    /// <summary>Runs the program and reads its answer; an error about the target when it fails.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="target">What the user gave.</param>
    /// <param name="arguments">Its arguments, without the format.</param>
    /// <param name="type">How the answer is read.</param>
    /// <returns>The answer; null when it failed.</returns>
    private protected T? Ask<T>(object target, IEnumerable<string> arguments, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var answer = Run(arguments);
            return JsonSerializer.Deserialize(answer.Output, type);
        }
        catch (CommandFailedException exception)
        {
            WriteError(ErrorRecords.From(exception, target));
            return null;
        }
    }

    /// <summary>Runs the program.</summary>
    /// <exception cref="CommandFailedException">It is not here, or failed.</exception>
    private protected ProgramAnswer Run(IEnumerable<string> arguments)
    {
        string[] all = [.. arguments, "--format", "json"];
        WriteVerbose($"skydive {string.Join(' ', all)}");
        var answer = Await(token => ServiceProgram.RunAsync(all, null, token));
        return answer.ExitCode == 0 ? answer : throw ServiceProgram.Fault(answer);
    }

    /// <summary>The services of this host; null when that cannot be told, after an error.</summary>
    private protected IReadOnlyList<LocalService>? ListServices(object target) =>
        Ask(target, ["service", "list"], ContractsJsonContext.Default.IReadOnlyListLocalService);

    /// <summary>The role to work on: the one that was given, or that of the only service that there is.</summary>
    /// <returns>Null after an error.</returns>
    private protected ServiceRole? FindRole(ServiceRole? given)
    {
        if (given is not null)
        {
            return given;
        }

        var services = ListServices("service");
        if (services is null or [_])
        {
            return services is [var only] ? Service.ParseRole(only.Role) : null;
        }

        WriteError(services.Count == 0
            ? ErrorRecords.Make(new System.Management.Automation.ItemNotFoundException("no service was started here, and none is installed as a unit"), "ServiceNotFound", System.Management.Automation.ErrorCategory.ObjectNotFound, null, "Start-SkydiveService starts one.")
            : ErrorRecords.Make(new InvalidOperationException($"several services are known: {string.Join(", ", services.Select(static service => service.Role))}"), "AmbiguousService", System.Management.Automation.ErrorCategory.InvalidOperation, null, "Say which: -Role."));
        return null;
    }
}
