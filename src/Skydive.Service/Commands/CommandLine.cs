using System.CommandLine;

namespace Skydive.Service.Commands;

/// <summary>The command line of the program: the roles of the service, the client, and what looks after the history database, users and certificates.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("SkydivePS: network topology and protocol analyzer")
    {
        RoleCommand.Create(Hosting.Role.AllInOne, "allinone", "Runs agent and analyzer in one process."),
        RoleCommand.Create(Hosting.Role.Analyzer, "analyzer", "Runs an analyzer: it takes the graphs and flows of agents and answers questions."),
        RoleCommand.Create(Hosting.Role.Agent, "agent", "Runs an agent: it watches this host and sends what it sees to an analyzer."),
        ClientCommand.Create(),
        InjectPacketCommand.Create(),
        ConfigCommand.Create(),
        StoreCommand.Create(),
        UserCommand.Create(),
        CertificateCommand.Create(),
        ServiceCommand.Create(),
        ServiceCommand.CreateUnit(),
        VersionCommand.Create(),
    };
}
