using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>One movement of a generated history; small, because millions are held at once.</summary>
internal readonly record struct GeneratedMovement(int Card, int Store, int Amount, int Reverses, TransactionType Type);

/// <summary>A generated card's account as it stands.</summary>
internal struct GeneratedCard
{
    public int Store;
    public int Face;
    public int Balance;
    public int LastSequence;
    public AccountStatus Status;

    /// <summary>The last consumption, while it can be reversed; -1: none.</summary>
    public int LastConsumption;
}

/// <summary>A history that a ledger would accept: sales spread over the whole time, and between them what bearers do. Seeded: the same sizes give the same history.</summary>
internal sealed class GeneratedHistory
{
    /// <summary>A reversal names a movement of an earlier batch, whose identifier is known by then.</summary>
    public const int Batch = 50_000;

    private static readonly int[] faces = [2_500, 5_000, 5_000, 10_000, 10_000, 20_000];

    private readonly Random random = new(7);
    private readonly int stores;
    private int sold;

    public GeneratedHistory(int cards, int transactions, int stores)
    {
        this.stores = stores;
        (Cards, Movements) = (new GeneratedCard[cards], new GeneratedMovement[transactions]);
        for (var i = 0; i < transactions; i++)
        {
            // The next card is sold when its share of the time has passed.
            Movements[i] = sold < cards && (long)sold * transactions <= (long)i * cards ? Sell() : Move(i);
            Apply(i);
        }
    }

    public GeneratedCard[] Cards { get; }

    public GeneratedMovement[] Movements { get; }

    private GeneratedMovement Sell()
    {
        var card = sold++;
        Cards[card] = new GeneratedCard { Store = random.Next(stores), Face = faces[random.Next(faces.Length)], LastConsumption = -1 };

        return new GeneratedMovement(card, Cards[card].Store, Cards[card].Face, Reverses: -1, TransactionType.Activation);
    }

    private GeneratedMovement Move(int i)
    {
        var card = Pick();
        ref var state = ref Cards[card];
        var store = random.Next(4) == 0 ? random.Next(stores) : state.Store;
        var chance = random.Next(1_000);
        if (state.Status == AccountStatus.Blocked)
        {
            return new GeneratedMovement(card, state.Store, 0, -1, TransactionType.Restore);
        }

        if (state.LastConsumption >= 0 && state.LastConsumption / Batch < i / Batch && (chance < 30 || (state.Balance == 0 && chance < 120)))
        {
            var taken = Movements[state.LastConsumption];

            return new GeneratedMovement(card, taken.Store, chance % 2 == 0 ? -taken.Amount : Math.Max(1, -taken.Amount / 2), state.LastConsumption, TransactionType.ConsumptionReversal);
        }

        return (state.Balance, chance) switch
        {
            (0, _) => new GeneratedMovement(card, store, random.Next(10, 100) * 100, -1, TransactionType.Recharge),
            (_, < 38) => new GeneratedMovement(card, state.Store, 0, -1, TransactionType.Freeze),
            (_, < 45) => new GeneratedMovement(card, state.Store, -state.Balance, -1, TransactionType.Refund),
            (_, < 90) => new GeneratedMovement(card, store, random.Next(10, 100) * 100, -1, TransactionType.Recharge),
            _ => new GeneratedMovement(card, store, chance > 850 ? -state.Balance : -random.Next(1, state.Balance + 1), -1, TransactionType.Consumption),
        };
    }

    // Recent cards are used more; a refunded one never again.
    private int Pick()
    {
        while (true)
        {
            var card = random.Next(3) > 0 ? random.Next(sold - sold / 3, sold + 1) - 1 : random.Next(sold);
            if (Cards[Math.Max(card, 0)].Status != AccountStatus.Closed)
            {
                return Math.Max(card, 0);
            }
        }
    }

    private void Apply(int i)
    {
        var movement = Movements[i];
        ref var card = ref Cards[movement.Card];
        card.Balance += movement.Amount;
        card.LastSequence++;
        card.LastConsumption = movement.Type switch { TransactionType.Consumption => i, TransactionType.ConsumptionReversal => -1, _ => card.LastConsumption };
        card.Status = movement.Type switch { TransactionType.Freeze => AccountStatus.Blocked, TransactionType.Restore => AccountStatus.Open, TransactionType.Refund => AccountStatus.Closed, _ => card.Status };
        // The first card stays open, so that there always is one to move.
        if (movement is { Card: 0, Type: TransactionType.Refund })
        {
            card.Status = AccountStatus.Open;
        }
    }
}
