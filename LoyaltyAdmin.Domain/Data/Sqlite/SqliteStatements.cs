using Microsoft.Data.Sqlite;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>The prepared statements of one connection: each text is compiled once and bound anew at every use.</summary>
internal sealed class SqliteStatements(SqliteConnection connection, SqliteTransaction? transaction = null) : IDisposable
{
    // Texts differ by the shape of a posting only: a few dozen.
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    /// <summary>The statement of this text, without parameter values.</summary>
    public SqliteCommand Prepare(string text)
    {
        if (!commands.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = text;
            commands.Add(text, command);
        }

        command.Parameters.Clear();

        return command;
    }

    public void Execute(string text) => Prepare(text).ExecuteNonQuery();

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }
    }
}
