using System.CommandLine;
using System.Globalization;
using Skydive.Agent.Injections;
using Skydive.Contracts.Injections;
using Skydive.Linux;

namespace Skydive.Service.Commands;

/// <summary><c>skydive inject-packet …</c>: sends packets from an interface of this host, without any service.</summary>
internal static class InjectPacketCommand
{
    public static Command Create()
    {
        var name = new Option<string>("--if-name") { Description = "The interface that sends.", Required = true };
        var encapType = new Option<string?>("--encap-type") { Description = "ether: frames have an Ethernet header; none: they are IP packets. Default: as the interface has them." };
        encapType.AcceptOnlyFromAmong(StandaloneInjector.Ether, StandaloneInjector.None);
        var packets = new InjectionOptions();
        var command = new Command("inject-packet", "Sends packets from an interface of this host, without any service. Needs CAP_NET_RAW.") { name, encapType };
        packets.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var error = result.InvocationConfiguration.Error;
            try
            {
                var injection = await packets.ReadAsync(result, cancellationToken).ConfigureAwait(false);
                if (!InjectionTypes.All.Contains(injection.Type))
                {
                    throw new FormatException($"--type: '{injection.Type}' is none of {string.Join(", ", InjectionTypes.All)}");
                }

                var (count, problem) = await StandaloneInjector.RunAsync(result.GetValue(name)!, result.GetValue(encapType), injection, cancellationToken).ConfigureAwait(false);
                await result.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} packets sent")).ConfigureAwait(false);
                if (problem is null)
                {
                    return 0;
                }

                await error.WriteLineAsync($"skydive: {problem}").ConfigureAwait(false);
            }
            catch (Exception e) when (e is FormatException or LinuxException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"skydive: {e.Message}").ConfigureAwait(false);
            }

            return 1;
        });
        return command;
    }
}
